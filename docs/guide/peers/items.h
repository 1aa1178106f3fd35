// The store that all programs of this folder use: items in memory, for several threads at once.

#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct Item {
  int id = 0;
  std::string name;
  int count = 0;
};

class Items {
 public:
  Item add(std::string name, int count) {
    const std::lock_guard lock(mutex_);
    const int id = ++last_id_;
    return items_[id] = {id, std::move(name), count};
  }
  [[nodiscard]] std::optional<Item> find(int id) const {
    const std::lock_guard lock(mutex_);
    const auto item = items_.find(id);
    return item == items_.end() ? std::nullopt : std::optional(item->second);
  }
  bool remove(int id) {
    const std::lock_guard lock(mutex_);
    return items_.erase(id) == 1;
  }
  [[nodiscard]] std::vector<Item> list() const {
    const std::lock_guard lock(mutex_);
    std::vector<Item> all;
    for (const auto& [id, item] : items_) all.push_back(item);
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, Item> items_;
  int last_id_ = 0;
};
