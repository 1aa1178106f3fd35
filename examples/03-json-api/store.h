// Keeps the teas of the shop in memory. It knows nothing of HTTP.

#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "tea.h"

/// Thrown when a change would give two teas the same name.
class NameTaken : public std::runtime_error {
 public:
  explicit NameTaken(const std::string& name)
      : std::runtime_error("There is a tea named '" + name + "' already.") {}
};

/// Callable from any thread, because handlers run on several threads.
class Store {
 public:
  [[nodiscard]] TeaPage list(const TeaQuery& query) const;

  // For a tea that does not exist, these change nothing and return nullopt or false.
  [[nodiscard]] std::optional<Tea> find(int id) const;
  Tea add(const NewTea& tea);
  std::optional<Tea> replace(int id, const NewTea& tea);
  std::optional<Tea> change(int id, const TeaChanges& changes);
  bool remove(int id);

 private:
  /// Stores `tea` under its id. Throws NameTaken. Requires: mutex_ is held.
  Tea put(Tea tea);

  mutable std::mutex mutex_;
  std::map<int, Tea> teas_;
  int last_id_ = 0;
};
