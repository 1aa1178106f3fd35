// The teas of the shop, in memory. It knows nothing of HTTP.

#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "tea.h"

/// Thrown where two teas would have the same name.
class NameTaken : public std::runtime_error {
 public:
  explicit NameTaken(const std::string& name)
      : std::runtime_error("There is a tea named '" + name + "' already.") {}
};

/// Used from any thread, for handlers run on several.
class Store {
 public:
  [[nodiscard]] TeaPage list(const TeaQuery& query) const;

  // What is about a tea that is not there changes nothing and returns nothing.
  [[nodiscard]] std::optional<Tea> find(int id) const;
  Tea add(const NewTea& tea);
  std::optional<Tea> replace(int id, const NewTea& tea);
  std::optional<Tea> change(int id, const TeaChanges& changes);
  bool remove(int id);

 private:
  /// Puts `tea` in the place of its id. The caller has the lock.
  Tea put(Tea tea);

  mutable std::mutex mutex_;
  std::map<int, Tea> teas_;
  int last_id_ = 0;
};
