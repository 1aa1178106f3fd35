#include "report.h"

#include <sqlite3.h>

#include <stdexcept>

namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* database, const char* text) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, text, -1, &statement, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database));
  }
  return Statement(statement);
}

/// Makes SQLite check every 5000 steps of its virtual machine whether `stop` was requested, and
/// interrupt the query if it was.
class AskedNowAndThen {
 public:
  AskedNowAndThen(sqlite3* database, std::stop_token& stop) : database_(database) {
    const auto wants_stop = [](void* token) {
      return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0;
    };
    sqlite3_progress_handler(database_, 5000, wants_stop, &stop);
  }
  ~AskedNowAndThen() { sqlite3_progress_handler(database_, 0, nullptr, nullptr); }
  AskedNowAndThen(const AskedNowAndThen&) = delete;
  AskedNowAndThen& operator=(const AskedNowAndThen&) = delete;

 private:
  sqlite3* database_;
};

constexpr const char* kMakeSales =
    "CREATE TABLE sales AS WITH RECURSIVE sale(n) AS "
    "(SELECT 1 UNION ALL SELECT n + 1 FROM sale WHERE n < ?) "
    "SELECT n, CASE n % 3 WHEN 0 THEN 'Green' WHEN 1 THEN 'Black' ELSE 'White' END AS kind, "
    "400 + n * 7919 % 900 AS cents FROM sale";

constexpr const char* kReport =
    "WITH RECURSIVE pass(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM pass WHERE n < ?) "
    "SELECT kind, count(DISTINCT sales.n), avg(cents) FROM pass CROSS JOIN sales "
    "GROUP BY kind ORDER BY kind";

}  // namespace

void Sales::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Sales::Sales(int count) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open(":memory:", &opened);
  database_.reset(opened);
  if (result != SQLITE_OK) throw std::runtime_error("SQLite has no memory");
  const Statement make = prepare(opened, kMakeSales);
  sqlite3_bind_int(make.get(), 1, count);
  if (sqlite3_step(make.get()) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(opened));
}

std::vector<Line> Sales::report(int passes, std::stop_token stop) {
  const Statement query = prepare(database_.get(), kReport);
  sqlite3_bind_int(query.get(), 1, passes);
  const AskedNowAndThen asked(database_.get(), stop);
  std::vector<Line> lines;
  int step = SQLITE_OK;
  while ((step = sqlite3_step(query.get())) == SQLITE_ROW) {
    const auto* const kind = reinterpret_cast<const char*>(sqlite3_column_text(query.get(), 0));
    lines.push_back(
        {kind, sqlite3_column_int64(query.get(), 1), sqlite3_column_double(query.get(), 2)});
  }
  if (step != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database_.get()));
  return lines;
}
