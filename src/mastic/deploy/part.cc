#include "mastic/deploy/part.h"

#include <cstddef>
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
  const std::size_t place = index_.find(settings_, setting.name);
  if (place < settings_.size()) {
    settings_[place] = std::move(setting);
  } else {
    settings_.push_back(std::move(setting));
    index_.add_last(settings_);
  }
}

void Settings::update(const Settings& others) {
  for (const Setting& setting : others) set(setting);
}

std::optional<Setting> Settings::take(std::string_view name) {
  const std::size_t place = index_.find(settings_, name);
  if (place == settings_.size()) return std::nullopt;
  Setting taken = std::move(settings_[place]);
  settings_.erase(settings_.begin() + static_cast<std::ptrdiff_t>(place));
  index_.rebuild(settings_);
  return taken;
}

const Setting* Settings::find(std::string_view name) const {
  const std::size_t place = index_.find(settings_, name);
  return place == settings_.size() ? nullptr : &settings_[place];
}

std::optional<std::string_view> Settings::get(std::string_view name) const {
  const Setting* const found = find(name);
  if (found == nullptr) return std::nullopt;
  return found->value;
}

std::uint64_t Settings::bytes() const {
  std::uint64_t sum = 0;
  for (const Setting& setting : settings_) {
    sum += sizeof(Setting) + setting.name.size() + setting.value.size();
  }
  return sum;
}

std::string FactoryName::to_string() const {
  if (scheme == "mastic") return "mastic#" + name;
  return scheme + ":" + package + "#" + name;
}

}  // namespace mastic::deploy
