#include "mastic/deploy/loaded_file.h"

#include <algorithm>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/deploy/uri.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {
namespace {

constexpr std::string_view kEnvironmentPrefix = "ENV_";
// By how much the values of a section may grow together. A value that is named by thousands of others
// would take more memory than the file by far.
constexpr std::size_t kMaxSectionGrowth = 1 << 20;

/// The key of an entry: NAME, "set NAME" or "get NAME".
struct Key {
  explicit Key(std::string_view key)
      : sets(key.starts_with("set ")), gets(key.starts_with("get ")) {
    name = is_plain() ? key : strip(key.substr(4));
  }
  [[nodiscard]] bool is_plain() const { return !sets && !gets; }

  bool sets;
  bool gets;
  std::string_view name;
};

std::string where(const base::Origin& origin) {
  return origin.is_known() ? " (" + origin.to_string() + ")" : "";
}

}  // namespace

bool SectionSettings::is_broken(std::string_view name) const {
  return std::ranges::find(broken, name) != broken.end();
}

/// The names that values of a section may refer to.
class LoadedFile::SectionNames final : public Names {
 public:
  SectionNames(const LoadedFile& file, const IniSection* section)
      : file_(file), section_(section) {}

  std::optional<Value> find(std::string_view name) const override {
    const IniEntry* const entry = section_ != nullptr ? section_->find(name) : nullptr;
    if (entry != nullptr) return Value{entry->value};
    if (const Setting* const setting = file_.raw_defaults_.find(name)) {
      return Value{setting->value, setting->is_literal};
    }
    if (!name.starts_with(kEnvironmentPrefix) || !file_.environment_) return std::nullopt;
    auto value = file_.environment_(std::string(name.substr(kEnvironmentPrefix.size())));
    if (!value) return std::nullopt;
    return Value{*std::move(value), true};
  }

  std::vector<std::string_view> all() const override {
    std::vector<std::string_view> names;
    for (const Setting& setting : file_.raw_defaults_) names.push_back(setting.name);
    if (section_ == nullptr) return names;
    for (const IniEntry& entry : section_->entries) names.push_back(entry.name);
    return names;
  }

 private:
  const LoadedFile& file_;
  const IniSection* section_;
};

/// A section while it is read.
struct LoadedFile::Reading {
  const IniSection& section;
  SectionSettings settings;
  std::vector<Setting> from_globals;  ///< each `get NAME = GLOBAL`
  std::size_t growth_left;            ///< by how much values may grow further
};

LoadedFile::LoadedFile(const IniFile& file, std::string absolute_path, const Settings& given,
                       const Environment& environment, Diagnostics& diagnostics)
    : file_(file),
      path_(std::move(absolute_path)),
      environment_(environment),
      diagnostics_(diagnostics) {
  raw_defaults_.set({"here", std::string(folder()), {}, true});
  raw_defaults_.set({"__file__", path_, {}, true});
  for (const IniEntry& entry : file_.defaults().entries) {
    raw_defaults_.set({entry.name, entry.value, file_.origin(entry.line)});
  }
  // What the file has itself comes first where its own text refers to a name. Its parts see `given`
  // instead (read), as in PasteDeploy; warn_of_shadowed tells where the two differ.
  for (const Setting& setting : given) {
    if (raw_defaults_.find(setting.name) == nullptr) raw_defaults_.set(setting);
  }
  interpolate_defaults();
  warn_of_shadowed(given);
}

std::string_view LoadedFile::folder() const { return folder_of(path_); }

/// Interpolates a setting, and takes what it grows by from `growth_left`.
base::Result<Setting> LoadedFile::interpolated(Setting raw, const IniSection* section,
                                               std::size_t& growth_left) const {
  if (raw.is_literal) return raw;
  auto value = interpolate(raw.value, SectionNames(*this, section));
  if (!value) return std::unexpected(value.error());
  const std::size_t growth = value->text.size() - std::min(value->text.size(), raw.value.size());
  if (growth > growth_left) {
    return base::fail(
        "the values of a section may grow by ", std::to_string(kMaxSectionGrowth),
        " bytes through their references, all of them together; here they grow by more");
  }
  growth_left -= growth;
  raw.value = std::move(value->text);
  raw.is_literal = value->is_literal;
  return raw;
}

void LoadedFile::interpolate_defaults() {
  std::size_t growth_left = kMaxSectionGrowth;
  for (const Setting& raw : raw_defaults_) {
    if (diagnostics_.is_full()) return;
    auto setting = interpolated(raw, nullptr, growth_left);
    if (!setting) {
      std::string message = "'" + raw.name + "': " + setting.error().message;
      if (file_.defaults().find(raw.name) == nullptr) {
        message += " (the value comes from outside of " + file_.path() +
                   ", where it is interpolated like one of [DEFAULT], as in PasteDeploy; a value "
                   "with a % is better taken from the environment by %(ENV_NAME)s)";
      }
      diagnostics_.error(raw.origin, std::move(message));
      defaults_.set(raw);  // so that the name is known, and nothing else is reported about it
      continue;
    }
    // PasteDeploy takes an empty result for no result, and hands on what is written in the file.
    if (setting->value.empty() && !raw.value.empty()) {
      diagnostics_.warn(raw.origin, "the references in '" + raw.name +
                                        "' have no text, so parts see the references themselves, "
                                        "as in PasteDeploy");
      setting->value = raw.value;
    }
    defaults_.set(*std::move(setting));
  }
}

/// Warns where a name has one value in the text of this file, and another one for its parts.
void LoadedFile::warn_of_shadowed(const Settings& given) const {
  for (const Setting& setting : given) {
    if (file_.defaults().find(setting.name) == nullptr) continue;
    const Setting* const own = defaults_.find(setting.name);
    if (own == nullptr || own->value == setting.value) continue;
    diagnostics_.warn(own->origin, "'" + setting.name + "' has two values: %(" + setting.name +
                                       ")s in this file means that of this line, and the parts "
                                       "get the one from outside" +
                                       where(setting.origin));
  }
}

SectionSettings LoadedFile::read(const IniSection& section, const Settings& given) const {
  Reading reading{section, {}, {}, kMaxSectionGrowth};
  reading.settings.global = defaults_;
  reading.settings.global.update(given);
  for (const IniEntry& entry : section.entries) {
    if (diagnostics_.is_full()) break;
    read_entry(reading, {entry.name, entry.value, file_.origin(entry.line)});
  }
  // A section has the entries of [DEFAULT], too. It matters for those that set or get.
  for (const Setting& setting : raw_defaults_) {
    if (!Key(setting.name).is_plain() && section.find(setting.name) == nullptr) {
      read_entry(reading, setting);
    }
  }
  add_from_globals(reading);
  return std::move(reading.settings);
}

void LoadedFile::read_entry(Reading& reading, const Setting& entry) const {
  SectionSettings& settings = reading.settings;
  const Key key(entry.name);
  // What stands in a section and in [DEFAULT] is global, and not a setting of the part.
  if (const Setting* const known = defaults_.find(entry.name); known != nullptr && key.is_plain()) {
    return warn_of_ignored(entry, *known);
  }
  auto setting = interpolated(entry, &reading.section, reading.growth_left);
  if (!setting) {
    diagnostics_.error(entry.origin, "'" + entry.name + "': " + setting.error().message);
    if (!key.sets) settings.broken.emplace_back(key.name);
    return;
  }
  setting->name = key.name;
  if (key.gets) {
    reading.from_globals.push_back(*std::move(setting));
  } else if (key.sets) {
    settings.global.set(*setting);
    settings.additions.set(*std::move(setting));
  } else {
    settings.local.set(*std::move(setting));
  }
}

void LoadedFile::warn_of_ignored(const Setting& entry, const Setting& known) const {
  std::string why = "every file has a default of that name";
  if (known.origin.is_known()) {
    const bool is_own = file_.defaults().find(entry.name) != nullptr;
    why = (is_own ? "[DEFAULT] has it, too" : "there is a global setting of that name") +
          where(known.origin);
  }
  constexpr std::string_view kBuilding[] = {"use", "pipeline", "next", "filter-with"};
  const bool is_building = std::ranges::find(kBuilding, entry.name) != std::end(kBuilding);
  diagnostics_.warn(entry.origin,
                    "'" + entry.name + "' is ignored here, because " + why +
                        (is_building ? "; it has to be removed there"
                                     : "; write 'set " + entry.name +
                                           " = ...' to change it for this part and those below"));
}

void LoadedFile::add_from_globals(Reading& reading) const {
  SectionSettings& settings = reading.settings;
  for (const Setting& wanted : reading.from_globals) {
    if (diagnostics_.is_full()) return;
    if (const Setting* const found = settings.global.find(wanted.value)) {
      Setting setting = *found;
      setting.name = wanted.name;
      if (!setting.origin.is_known()) setting.origin = wanted.origin;
      settings.local.set(std::move(setting));
      continue;
    }
    std::vector<std::string_view> names;
    for (const Setting& setting : settings.global) names.push_back(setting.name);
    const auto meant = base::nearest(wanted.value, names);
    diagnostics_.error(wanted.origin,
                       "'get " + wanted.name + "': there is no global setting '" + wanted.value +
                           "'" + (meant ? "; did you mean '" + std::string(*meant) + "'?" : ""));
    settings.broken.push_back(wanted.name);
  }
}

}  // namespace mastic::deploy
