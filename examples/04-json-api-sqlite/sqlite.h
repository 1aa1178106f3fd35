// SQLite for C++: connections, statements with bound values, rows as plain structs, transactions.
//
//     sqlite::Connection db("shop.db", 1s);
//     db.run("DELETE FROM teas WHERE id = ?", id);
//     std::optional<Tea> tea = db.first<Tea>("SELECT id, name FROM teas WHERE id = ?", id);
//     std::vector<Tea> teas = db.all<Tea>("SELECT id, name FROM teas");
//
// Values are never put into the text of a statement. All failures are thrown as sqlite::Error.

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

class Error : public std::runtime_error {
  using runtime_error::runtime_error;
};
/// Somebody else had the database for longer than our patience.
class Busy : public Error {
  using Error::Error;
};
/// Two rows would be the same where they must not.
class NotUnique : public Error {
  using Error::Error;
};

/// A statement while it runs; ready for its next run when this dies. What is bound has to live as
/// long as it.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* prepared) : prepared_(prepared) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Places of values are counted from 1.
  void bind(int place, std::nullptr_t);
  void bind(int place, std::int64_t number);
  void bind(int place, double number);
  void bind(int place, std::string_view text);
  void bind(int place, std::integral auto number) {
    bind(place, static_cast<std::int64_t>(number));
  }
  void bind(int place, mastic::json::Enumeration auto value) {
    bind(place, mastic::json::enum_name(value));  // so that the database explains itself
  }
  template <class T>
  void bind(int place, const std::optional<T>& value) {
    value ? bind(place, *value) : bind(place, nullptr);
  }

  /// Goes on to the next row; says whether there is one.
  bool next();
  /// The row as one value, or as a struct whose fields are its columns, in their order.
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

/// Used by one thread at a time. Statements are prepared once and kept.
class Connection {
 public:
  /// Opens the file, or makes it. Waits for others up to `patience` whenever they have the
  /// database.
  Connection(const std::string& path, std::chrono::milliseconds patience);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs a statement; returns how many rows it changed.
  template <class... V>
  int run(std::string_view sql, const V&... values) {
    Statement statement(prepare(sql));
    bind_all(statement, values...);
    while (statement.next()) {
    }
    return changes();
  }
  /// The rows of a statement.
  template <class T, class... V>
  [[nodiscard]] std::vector<T> all(std::string_view sql, const V&... values) {
    Statement statement(prepare(sql));
    bind_all(statement, values...);
    std::vector<T> rows;
    while (statement.next()) rows.push_back(statement.row<T>());
    return rows;
  }
  /// The first of them, or none.
  template <class T, class... V>
  [[nodiscard]] std::optional<T> first(std::string_view sql, const V&... values) {
    std::vector<T> rows = all<T>(sql, values...);
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
  }

  enum class Access { Read, Write };
  /// What `work` does is seen by others whole or, when it throws, not at all; and it sees nothing
  /// of what they do meanwhile. Returns what `work` returns.
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
