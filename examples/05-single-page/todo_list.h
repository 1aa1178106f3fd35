// What there is to do, in memory. It knows nothing of HTTP.

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

  /// The messages are shown to people, beside the fields they are about.
  void validate(mastic::FieldErrors& errors) const;
};

/// Used from any thread.
class TodoList {
 public:
  [[nodiscard]] std::vector<Item> all() const;
  Item add(const ItemContent& content);
  /// None when there is no such item.
  std::optional<Item> replace(int id, const ItemContent& content);
  bool remove(int id);

 private:
  mutable std::mutex mutex_;
  std::vector<Item> items_;
  int last_id_ = 0;
};
