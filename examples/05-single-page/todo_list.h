// Keeps the items of a to-do list in memory. It knows nothing of HTTP.

#pragma once

#include <mastic/mastic.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct Item {
  int id = 0;
  std::string title;
  std::optional<std::string> due;  ///< "2026-12-24"
  bool done = false;
};

/// An item as a client sends it.
struct ItemContent {
  std::string title;
  std::optional<std::string> due;
  bool done = false;

  /// The page shows these messages beside their fields.
  void validate(mastic::FieldErrors& errors) const;
};

/// Callable from any thread.
class TodoList {
 public:
  [[nodiscard]] std::vector<Item> all() const;
  Item add(const ItemContent& content);
  /// Replaces the item with this id. Returns nullopt when there is no such item.
  std::optional<Item> replace(int id, const ItemContent& content);
  /// Returns false when there is no item with this id.
  bool remove(int id);

 private:
  mutable std::mutex mutex_;
  std::vector<Item> items_;
  int last_id_ = 0;
};
