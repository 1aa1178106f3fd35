#include "mastic/deploy/part.h"

#include <algorithm>
#include <utility>

namespace mastic::deploy {

std::string_view to_string(PartKind kind) {
  switch (kind) {
    case PartKind::App:
      return "application";
    case PartKind::Filter:
      return "filter";
    case PartKind::Server:
      return "server";
  }
  return "";
}

void Settings::set(Setting setting) {
  const auto before = std::ranges::find(settings_, setting.name, &Setting::name);
  if (before == settings_.end()) {
    settings_.push_back(std::move(setting));
  } else {
    *before = std::move(setting);
  }
}

void Settings::update(const Settings& others) {
  for (const Setting& setting : others) set(setting);
}

std::optional<Setting> Settings::take(std::string_view name) {
  const auto found = std::ranges::find(settings_, name, &Setting::name);
  if (found == settings_.end()) return std::nullopt;
  Setting taken = std::move(*found);
  settings_.erase(found);
  return taken;
}

const Setting* Settings::find(std::string_view name) const {
  const auto found = std::ranges::find(settings_, name, &Setting::name);
  return found == settings_.end() ? nullptr : &*found;
}

std::optional<std::string_view> Settings::get(std::string_view name) const {
  const Setting* const found = find(name);
  if (found == nullptr) return std::nullopt;
  return found->value;
}

std::string FactoryName::to_string() const {
  if (scheme == "mastic") return "mastic#" + name;
  return scheme + ":" + package + "#" + name;
}

}  // namespace mastic::deploy
