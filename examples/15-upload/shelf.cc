#include "shelf.h"

using mastic::File;

void Shelf::put(const std::string& sender, const std::vector<File>& files) {
  const std::lock_guard lock(mutex_);
  for (const File& file : files) {
    items_.push_front({++last_id_, sender, file});
    bytes_ += file.size();
  }
  while (items_.size() > kMaxFiles || bytes_ > kMaxBytes) {
    bytes_ -= items_.back().file.size();
    items_.pop_back();
  }
}

std::vector<ShelfEntry> Shelf::entries() const {
  const std::lock_guard lock(mutex_);
  std::vector<ShelfEntry> entries;
  for (const Item& item : items_) {
    entries.push_back({item.id, item.file.name(), item.file.size(), item.sender});
  }
  return entries;
}

std::optional<File> Shelf::find(int id) const {
  const std::lock_guard lock(mutex_);
  for (const Item& item : items_) {
    if (item.id == id) return item.file;
  }
  return std::nullopt;
}
