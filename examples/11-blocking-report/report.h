// A report that keeps a database busy for as long as it takes.

#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

struct sqlite3;

/// The sales of a kind of tea.
struct Line {
  std::string kind;
  std::int64_t sold = 0;
  double mean_cents = 0;
};

/// Sales in memory, made up. Used by one thread at a time.
class Sales {
 public:
  /// Throws std::runtime_error when SQLite cannot.
  explicit Sales(int count);

  /// Reads every sale `passes` times over, so that it takes a while. Throws std::runtime_error when
  /// `stop` is requested meanwhile.
  std::vector<Line> report(int passes, std::stop_token stop);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};
