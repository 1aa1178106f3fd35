#include "store.h"

#include <utility>

namespace {

bool fits(const Tea& tea, const TeaQuery& query) {
  return (!query.kind || tea.kind == *query.kind) &&
         (!query.name || tea.name.find(*query.name) != std::string::npos);
}

}  // namespace

TeaPage Store::list(const TeaQuery& query) const {
  TeaPage found{.page = query.page};
  const int first = (query.page - 1) * query.per_page;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, tea] : teas_) {
    if (!fits(tea, query)) continue;
    const int index = found.total++;
    if (index >= first && index < first + query.per_page) found.teas.push_back(tea);
  }
  return found;
}

std::optional<Tea> Store::find(int id) const {
  const std::lock_guard lock(mutex_);
  const auto tea = teas_.find(id);
  return tea == teas_.end() ? std::nullopt : std::optional(tea->second);
}

Tea Store::add(const NewTea& tea) {
  const std::lock_guard lock(mutex_);
  Tea added = put(make_tea(last_id_ + 1, tea));
  last_id_ = added.id;
  return added;
}

std::optional<Tea> Store::replace(int id, const NewTea& tea) {
  const std::lock_guard lock(mutex_);
  return teas_.contains(id) ? std::optional(put(make_tea(id, tea))) : std::nullopt;
}

std::optional<Tea> Store::change(int id, const TeaChanges& changes) {
  const std::lock_guard lock(mutex_);
  const auto tea = teas_.find(id);
  return tea == teas_.end() ? std::nullopt : std::optional(put(::change(tea->second, changes)));
}

bool Store::remove(int id) {
  const std::lock_guard lock(mutex_);
  return teas_.erase(id) > 0;
}

Tea Store::put(Tea tea) {
  for (const auto& [id, other] : teas_) {
    if (id != tea.id && other.name == tea.name) throw NameTaken(tea.name);
  }
  return teas_.insert_or_assign(tea.id, std::move(tea)).first->second;
}
