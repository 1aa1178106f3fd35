// Keeps the teas of the shop in an SQLite database. It knows nothing of HTTP.

#pragma once

#include <mastic/base/options.h>
#include <mastic/threads/pool.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "sqlite.h"
#include "tea.h"

/// Thrown when a change would give two teas the same name.
class NameTaken : public std::runtime_error {
 public:
  explicit NameTaken(const std::string& name)
      : std::runtime_error("There is a tea named '" + name + "' already.") {}
};

/// Callable from any thread, because handlers run on several threads; each call borrows a
/// connection for itself. Every call throws sqlite::Error when the database fails, and sqlite::Busy
/// when the database or a connection is in use for longer than `patience`.
class Store {
 public:
  /// The options of the program, too: see main.cc.
  struct Options {
    /// File of the database.
    std::string database = "teas.db";
    /// Largest number of open connections.
    std::uint64_t connections = 4;
    /// Longest wait for the database or a connection. Beyond it: 503.
    mastic::base::Duration patience = std::chrono::seconds(1);

    void describe(mastic::base::OptionTable& table);
    [[nodiscard]] mastic::base::Result<void> check() const;
  };

  /// Creates the database if it does not exist.
  explicit Store(const Options& options);

  [[nodiscard]] TeaPage list(const TeaQuery& query);

  // For a tea that does not exist, these change nothing and return nullopt or false.
  [[nodiscard]] std::optional<Tea> find(int id);
  Tea add(const NewTea& tea);
  std::optional<Tea> replace(int id, const NewTea& tea);
  std::optional<Tea> change(int id, const TeaChanges& changes);
  bool remove(int id);

 private:
  using Connections = mastic::threads::Pool<sqlite::Connection>;

  Connections::Lease connect();

  mastic::base::Duration patience_;
  Connections connections_;
};
