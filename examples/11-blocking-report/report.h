// A report that keeps a database busy for seconds.

#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

struct sqlite3;

/// A line of the report: the sales of one kind of tea.
struct Line {
  std::string kind;
  std::int64_t sold = 0;
  double mean_cents = 0;
};

/// A database in memory with invented sales. Used by one thread at a time.
class Sales {
 public:
  /// Makes `count` sales. Throws std::runtime_error when SQLite fails.
  explicit Sales(int count);

  /// Reads every sale `passes` times, so that the report takes a while. Throws std::runtime_error
  /// when `stop` is requested meanwhile.
  std::vector<Line> report(int passes, std::stop_token stop);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};
