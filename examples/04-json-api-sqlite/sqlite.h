// SQLite for C++: connections, statements with bound values, rows as plain structs, transactions.
//
//     sqlite::Connection db("shop.db", 1s);
//     db.run("DELETE FROM teas WHERE id = ?", id);
//     std::optional<Tea> tea = db.first<Tea>("SELECT id, name FROM teas WHERE id = ?", id);
//     std::vector<Tea> teas = db.all<Tea>("SELECT id, name FROM teas");
//
// Values are bound, and never become part of the text of a statement. Every failure throws a
// sqlite::Error.

#pragma once

#include <mastic/json/aggregate.h>
#include <mastic/json/enumeration.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace sqlite {

/// An error of SQLite, with its message.
class Error : public std::runtime_error {
  using runtime_error::runtime_error;
};
/// Another connection held the database for longer than this one waits.
class Busy : public Error {
  using Error::Error;
};
/// The statement would break a UNIQUE constraint or repeat a primary key.
class NotUnique : public Error {
  using Error::Error;
};

/// One run of a prepared statement. The statement is reset at the end, so that it can run again.
/// Bound values must outlive the run.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* prepared) : prepared_(prepared) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // `place` is the number of the parameter, from 1.
  void bind(int place, std::nullptr_t);
  void bind(int place, std::int64_t number);
  void bind(int place, double number);
  void bind(int place, std::string_view text);
  void bind(int place, std::integral auto number) {
    bind(place, static_cast<std::int64_t>(number));
  }
  void bind(int place, mastic::json::Enumeration auto value) {
    bind(place, mastic::json::enum_name(value));  // as text, which people can read
  }
  template <class T>
  void bind(int place, const std::optional<T>& value) {
    value ? bind(place, *value) : bind(place, nullptr);
  }

  /// Moves to the next row. Returns false when there are no more rows.
  bool next();
  /// Reads the current row as one value, or as a struct with a field for each column, in their
  /// order.
  template <class T>
  [[nodiscard]] T row() const {
    T row{};
    if constexpr (mastic::json::Aggregate<T>) {
      want_columns(static_cast<int>(mastic::json::field_count<T>()));
      int at = 0;
      mastic::json::for_each_field(row, [&](std::string_view, auto& field) { read(at++, field); });
    } else {
      read(0, row);
    }
    return row;
  }

 private:
  void want_columns(int count) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  void read(int column, double& into) const;
  void read(int column, std::string& into) const;
  void read(int column, std::integral auto& into) const {
    into = static_cast<std::remove_reference_t<decltype(into)>>(number(column));
  }
  template <mastic::json::Enumeration E>
  void read(int column, E& into) const {
    std::string name;
    read(column, name);
    const std::optional<E> value = mastic::json::parse_enum<E>(name);
    if (!value)
      throw Error("'" + name + "' is not " + mastic::json::one_of(mastic::json::enum_names<E>()));
    into = *value;
  }
  template <class T>
  void read(int column, std::optional<T>& into) const {
    if (!is_null(column)) read(column, into.emplace());
  }

  sqlite3_stmt* prepared_;
};

/// A connection to a database, used by one thread at a time. It keeps its prepared statements.
class Connection {
 public:
  /// Opens the database in the file `path`, or creates it. Each statement waits at most `patience`
  /// for other connections.
  Connection(const std::string& path, std::chrono::milliseconds patience);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs a statement. Returns the number of rows that it has changed.
  template <class... V>
  int run(std::string_view sql, const V&... values) {
    Statement statement(prepare(sql));
    bind_all(statement, values...);
    while (statement.next()) {
    }
    return changes();
  }
  /// Returns the rows of a statement.
  template <class T, class... V>
  [[nodiscard]] std::vector<T> all(std::string_view sql, const V&... values) {
    Statement statement(prepare(sql));
    bind_all(statement, values...);
    std::vector<T> rows;
    while (statement.next()) rows.push_back(statement.row<T>());
    return rows;
  }
  /// Returns the first row of a statement, or nullopt.
  template <class T, class... V>
  [[nodiscard]] std::optional<T> first(std::string_view sql, const V&... values) {
    std::vector<T> rows = all<T>(sql, values...);
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
  }

  /// Whether a transaction takes the lock for writing at its beginning.
  enum class Access { Read, Write };
  /// Runs `work` in a transaction and returns its result. When `work` throws, its changes are
  /// rolled back. `work` sees none of the changes that other connections make meanwhile.
  template <class Work>
  auto transaction(Access access, Work work) {
    run(access == Access::Write ? "BEGIN IMMEDIATE" : "BEGIN");
    try {
      auto result = work();
      run("COMMIT");
      return result;
    } catch (...) {
      roll_back();
      throw;
    }
  }

 private:
  template <class... V>
  static void bind_all(Statement& statement, const V&... values) {
    int place = 0;
    (statement.bind(++place, values), ...);
  }
  [[nodiscard]] sqlite3_stmt* prepare(std::string_view sql);
  [[nodiscard]] int changes() const;
  void roll_back() noexcept;

  struct Close {
    void operator()(sqlite3* db) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3, Close> db_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Close>, std::less<>> prepared_;
};

}  // namespace sqlite
