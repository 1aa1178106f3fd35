#include "todo_list.h"

#include <mastic/base/date.h>

#include <algorithm>

namespace {

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t") == text.npos; }

bool is_date(const std::string& text) {
  return mastic::base::parse_iso_time(text + "T00:00:00Z").has_value();
}

Item make_item(int id, const ItemContent& from) { return {id, from.title, from.due, from.done}; }

}  // namespace

void ItemContent::validate(mastic::FieldErrors& errors) const {
  errors.require(!is_blank(title), "title", "Say what there is to do.");
  errors.require(title.size() <= 200, "title", "Use at most 200 letters.");
  if (due) errors.require(is_date(*due), "due", "Give a day, such as 2026-12-24.");
}

std::vector<Item> TodoList::all() const {
  const std::lock_guard lock(mutex_);
  return items_;
}

Item TodoList::add(const ItemContent& content) {
  const std::lock_guard lock(mutex_);
  return items_.emplace_back(make_item(++last_id_, content));
}

std::optional<Item> TodoList::replace(int id, const ItemContent& content) {
  const std::lock_guard lock(mutex_);
  const auto item = std::ranges::find(items_, id, &Item::id);
  if (item == items_.end()) return std::nullopt;
  return *item = make_item(id, content);
}

bool TodoList::remove(int id) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(items_, [id](const Item& item) { return item.id == id; }) > 0;
}
