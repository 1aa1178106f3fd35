#include "sqlite.h"

#include <sqlite3.h>

namespace sqlite {
namespace {

[[noreturn]] void fail(sqlite3* db, int code) {
  const std::string message = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    throw NotUnique(message);
  }
  // The lowest byte of an extended code is the primary code.
  if ((code & 0xff) == SQLITE_BUSY) throw Busy(message);
  throw Error(message);
}

void check(sqlite3_stmt* statement, int code) {
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), code);
}

}  // namespace

// ---- Statement ----

Statement::~Statement() {
  sqlite3_reset(prepared_);
  sqlite3_clear_bindings(prepared_);
}

void Statement::bind(int place, std::nullptr_t) {
  check(prepared_, sqlite3_bind_null(prepared_, place));
}
void Statement::bind(int place, std::int64_t number) {
  check(prepared_, sqlite3_bind_int64(prepared_, place, number));
}
void Statement::bind(int place, double number) {
  check(prepared_, sqlite3_bind_double(prepared_, place, number));
}
void Statement::bind(int place, std::string_view text) {
  // SQLite would bind a null pointer as NULL.
  const char* const bytes = text.data() != nullptr ? text.data() : "";
  check(prepared_,
        sqlite3_bind_text64(prepared_, place, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

bool Statement::next() {
  const int code = sqlite3_step(prepared_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) fail(sqlite3_db_handle(prepared_), code);
  return code == SQLITE_ROW;
}

void Statement::want_columns(int count) const {
  if (sqlite3_column_count(prepared_) == count) return;
  throw std::logic_error(std::string("the struct has other columns than: ") +
                         sqlite3_sql(prepared_));
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(prepared_, column) == SQLITE_NULL;
}
std::int64_t Statement::number(int column) const { return sqlite3_column_int64(prepared_, column); }
void Statement::read(int column, double& into) const {
  into = sqlite3_column_double(prepared_, column);
}
void Statement::read(int column, std::string& into) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(prepared_, column));
  if (text != nullptr)
    into.assign(text, static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column)));
}

// ---- Connection ----

Connection::Connection(const std::string& path, std::chrono::milliseconds patience) {
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, kFlags, nullptr);
  db_.reset(db);  // even after a failure, the handle must be closed
  if (code != SQLITE_OK) fail(db, code);
  sqlite3_busy_timeout(db, static_cast<int>(patience.count()));
  run("PRAGMA journal_mode = WAL");    // readers and the writer do not wait for each other
  run("PRAGMA synchronous = NORMAL");  // a power cut may lose the last commits, but not the file
  run("PRAGMA foreign_keys = ON");
}

Connection::~Connection() = default;

sqlite3_stmt* Connection::prepare(std::string_view sql) {
  const auto known = prepared_.find(sql);
  if (known != prepared_.end()) return known->second.get();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(db_.get(), code);
  prepared_[std::string(sql)].reset(statement);
  return statement;
}

int Connection::changes() const { return sqlite3_changes(db_.get()); }

void Connection::roll_back() noexcept {
  // The result does not matter: after some errors SQLite has rolled back by itself.
  sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::Close::operator()(sqlite3* db) const { sqlite3_close(db); }
void Connection::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

}  // namespace sqlite
