// The teas of the shop, in an SQLite database. It knows nothing of HTTP.

#pragma once

#include <mastic/threads/pool.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "sqlite.h"
#include "tea.h"

/// Thrown where two teas would have the same name.
class NameTaken : public std::runtime_error {
 public:
  explicit NameTaken(const std::string& name)
      : std::runtime_error("There is a tea named '" + name + "' already.") {}
};

/// Used from any thread, for handlers run on several; each call has a connection to itself. All of
/// them throw sqlite::Error, and sqlite::Busy when the database or a connection does not come free.
class Store {
 public:
  struct Options {
    std::string path;
    std::size_t connections = 4;
    std::chrono::milliseconds patience = std::chrono::seconds(1);
  };

  /// Makes the database when it is not there.
  explicit Store(const Options& options);

  [[nodiscard]] TeaPage list(const TeaQuery& query);

  // What is about a tea that is not there changes nothing and returns nothing.
  [[nodiscard]] std::optional<Tea> find(int id);
  Tea add(const NewTea& tea);
  std::optional<Tea> replace(int id, const NewTea& tea);
  std::optional<Tea> change(int id, const TeaChanges& changes);
  bool remove(int id);

 private:
  using Connections = mastic::threads::Pool<sqlite::Connection>;

  Connections::Lease connect();

  std::chrono::milliseconds patience_;
  Connections connections_;
};
