#include "mastic/deploy/resolver.h"

#include <algorithm>
#include <utility>

#include "mastic/deploy/section_search.h"
#include "mastic/deploy/uri.h"
#include "mastic/deploy/value_hint.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {

std::unique_ptr<Part> Resolver::find(const Reference& reference, const Overrides& overrides) {
  if (const std::size_t end = reference.name.find('\n'); end != std::string::npos) {
    diagnostics_.error(reference.origin, "'" + reference.name.substr(0, end) +
                                             "' has another line, because that is indented; "
                                             "begin a setting at the beginning of its line");
    return nullptr;
  }
  Reference at = reference;
  while (may_count(at)) {
    if (names_factory(at)) return make_from_factory(at, overrides);
    const auto file = file_reference(at.name);
    if (!file) return find_in_file(at, overrides);
    if (file->path.empty()) {
      diagnostics_.error(at.origin, "'" + at.name + "' names no file after the colon");
      return nullptr;
    }
    at.file = files_.load(file->path, at.file, at.given, at.origin);
    if (at.file == nullptr || !may_hold(at.file->defaults(), at.origin)) return nullptr;
    at.name = file->name;
  }
  return nullptr;
}

/// Counts a part. Whether there are too many is reported. Nothing more is described when there are
/// more errors than anybody reads.
bool Resolver::may_count(const Reference& reference) {
  if (diagnostics_.is_full() || settings_bytes_ > options_.max_settings_bytes) return false;
  if (++count_ <= options_.max_parts) return true;
  diagnostics_.error(reference.origin, "'" + reference.name +
                                           "' is not looked up, because the site has more than " +
                                           std::to_string(options_.max_parts) +
                                           " parts, each counted as often as others name it");
  return false;
}

/// Counts what `settings` take. Whether that is too much is reported.
bool Resolver::may_hold(const Settings& settings, const base::Origin& origin) {
  if (settings_bytes_ > options_.max_settings_bytes) return false;  // it is reported
  settings_bytes_ += settings.bytes();
  if (settings_bytes_ <= options_.max_settings_bytes) return true;
  diagnostics_.error(origin,
                     "the site is not made, because the settings of its parts, those of "
                     "[DEFAULT] in each of them, take more than " +
                         std::to_string(options_.max_settings_bytes) + " bytes");
  return false;
}

std::unique_ptr<Part> Resolver::find_in_file(const Reference& reference,
                                             const Overrides& overrides) {
  if (reference.file == nullptr) {
    diagnostics_.error(reference.origin,
                       "'" + reference.name + "' has no scheme; a file is written config:FILE");
    return nullptr;
  }
  const IniFile& ini = reference.file->ini();
  const auto section = find_section(ini, reference.kind, reference.name);
  if (section && *section != nullptr) return describe(reference, **section, overrides);
  if (!ini.is_complete()) return nullptr;  // that is reported, and the section may be in the rest
  std::string message = section ? explain_missing_section(ini, reference.kind, reference.name)
                                : section.error().message;
  if (section && options_.is_factory && options_.is_factory(reference.kind, reference.name)) {
    message += "; for Mastic's own, write mastic#" + reference.name;
  }
  message += value_hint(reference.name);
  diagnostics_.error(reference.origin.is_known() ? reference.origin : base::Origin{ini.path()},
                     std::move(message));
  return nullptr;
}

std::unique_ptr<Part> Resolver::make_from_factory(const Reference& reference,
                                                  const Overrides& overrides) {
  auto factory = factory_name(reference.name);
  if (!factory) {
    diagnostics_.error(reference.origin, factory.error().message);
    return nullptr;
  }
  if (factory->scheme == "lib") {
    factory->package = SiteFiles::absolute_path(factory->package, reference.file);
  }
  auto part = std::make_unique<Part>();
  part->kind = reference.kind;
  part->origin = reference.origin;
  part->factory = *std::move(factory);
  part->factory.origin = reference.origin;
  part->global = reference.given;
  part->global.update(overrides.global);
  part->local = overrides.local;
  part->file = overrides.file != nullptr ? overrides.file : reference.file;
  return part;
}

std::unique_ptr<Part> Resolver::describe(const Reference& reference, const IniSection& lines,
                                         const Overrides& overrides) {
  used_.insert(&lines);
  if (!may_enter(reference, lines)) return nullptr;
  const PartSection section(reference, lines, diagnostics_);
  if (!may_hold(section.settings.global, section.origin) ||
      !may_hold(section.settings.local, section.origin)) {
    return nullptr;
  }
  describing_.push_back({&lines, reference.file->ini().path()});
  auto part = section.filter_with ? describe_filtered(section, overrides)
                                  : describe_itself(section, overrides);
  describing_.pop_back();
  return part;
}

/// Whether the section is not being described already, further out, and not too far in. Otherwise
/// that is reported.
bool Resolver::may_enter(const Reference& reference, const IniSection& lines) {
  auto inside = std::ranges::find(describing_, &lines, &Place::section);
  if (inside == describing_.end() && describing_.size() < options_.max_depth) return true;
  if (inside == describing_.end()) {
    diagnostics_.error(reference.origin, "'" + reference.name +
                                             "' is not looked up, because more than " +
                                             std::to_string(options_.max_depth) +
                                             " parts lead to one another up to here");
    return false;
  }
  const std::string title = "[" + lines.name + "]";
  const std::string here = reference.file->ini().path();
  std::string way;
  for (; inside != describing_.end(); ++inside) {
    way += "[" + inside->section->name + "]" + (inside->file == here ? "" : " of " + inside->file) +
           " -> ";
  }
  diagnostics_.error(reference.origin, title + " leads to itself: " + way + title);
  return false;
}

/// The part with the filter of `filter-with` around it.
std::unique_ptr<Part> Resolver::describe_filtered(const PartSection& section,
                                                  const Overrides& overrides) {
  const PartKind kind = section.reference.kind;
  auto part = section.begin(kind, Part::Form::Filtered, overrides);
  auto filter = find_other(section, PartKind::Filter, *section.filter_with, overrides);
  if (filter != nullptr) part->filters.push_back(std::move(filter));
  part->app = describe_itself(section, section.is_filter_app
                                           ? Overrides{overrides.global, overrides.local, nullptr}
                                           : within(section, overrides));
  return part;
}

/// Describes another part that this section names.
///
/// In PasteDeploy, a factory that is named in place of a section has the same dictionary of global
/// settings as the section that names it, and so sees what is changed there later.
std::unique_ptr<Part> Resolver::find_other(const PartSection& section, PartKind kind,
                                           const Setting& name, const Overrides& overrides) {
  const Reference reference = section.to(kind, name);
  return find(reference, {seen_by(section, reference, overrides.global), {}, nullptr});
}

/// What of the global settings in `overrides` is seen by another part that the section names. Warns of
/// what is not seen.
Settings Resolver::seen_by(const PartSection& section, const Reference& reference,
                           const Settings& overrides) {
  if (names_factory(reference)) return overrides;
  for (const Setting& setting : overrides) {
    const Setting* const own = section.settings.additions.find(setting.name);
    if (own == nullptr || own->value == setting.value) continue;
    diagnostics_.warn(setting.origin, "'" + setting.name + "' does not reach the sections that " +
                                          section.title() + " names, because that sets it, too");
  }
  return {};
}

/// What of `overrides` reaches the part that a section describes when there is a filter around that
/// part. In PasteDeploy they are put into the dictionaries of what is outermost, which is the filter;
/// the part sees them only where it has the same dictionaries.
Overrides Resolver::within(const PartSection& section, const Overrides& overrides) {
  if (!section.use) return {overrides.global, overrides.local, nullptr};
  warn_of_lost(section, overrides.local,
               section.filter_with ? "has a filter around what it uses"
                                   : "is a filter-app that uses another part");
  const PartKind kind = section.is_filter_app ? PartKind::Filter : section.reference.kind;
  return {seen_by(section, section.to(kind, *section.use), overrides.global), {}, nullptr};
}

/// Warns of settings that a section gives to the one that it uses, and that no part gets.
void Resolver::warn_of_lost(const PartSection& section, const Settings& lost,
                            std::string_view why) {
  for (const Setting& setting : lost) {
    diagnostics_.warn(setting.origin, "'" + setting.name + "' has no effect, because " +
                                          section.title() + ", which is used here, " +
                                          std::string(why) +
                                          "; set it in the section that needs it");
  }
}

std::unique_ptr<Part> Resolver::describe_itself(const PartSection& section,
                                                const Overrides& overrides) {
  if (section.is_pipeline) return describe_pipeline(section, overrides);
  if (section.is_filter_app) return describe_filter_app(section, overrides);
  return describe_made(section, section.reference.kind, overrides);
}

std::unique_ptr<Part> Resolver::describe_pipeline(const PartSection& section,
                                                  const Overrides& overrides) {
  const auto& pipeline = section.pipeline;
  for (const Setting& extra : section.settings.local) {
    diagnostics_.error(extra.origin, "a pipeline has no setting '" + extra.name +
                                         "'; allowed are 'pipeline', 'filter-with', and 'set NAME' "
                                         "for global settings");
  }
  const auto names = split_words(pipeline ? std::string_view(pipeline->value) : "");
  if (names.empty()) {
    if (!section.settings.is_broken("pipeline")) {
      diagnostics_.error(pipeline ? pipeline->origin : section.origin,
                         section.title() +
                             " needs a setting 'pipeline = FILTER... APP', the "
                             "outermost filter first");
    }
    return nullptr;
  }
  warn_of_lost(section, overrides.local, "is a pipeline");
  auto part = section.begin(PartKind::App, Part::Form::Pipeline, overrides);
  for (const std::string_view name : names) {
    const bool is_last = name.data() == names.back().data();
    const PartKind kind = is_last ? PartKind::App : PartKind::Filter;
    if (!may_be_in_pipeline(section, kind, name)) break;
    auto found = find_other(section, kind, {"", std::string(name), pipeline->origin}, overrides);
    if (is_last) {
      part->app = std::move(found);
    } else if (found != nullptr) {
      part->filters.push_back(std::move(found));
    }
  }
  return part;
}

/// Whether a name can be one of those of a pipeline. If the names are written otherwise, that is
/// reported, and what is wrong with a single name would only mislead.
bool Resolver::may_be_in_pipeline(const PartSection& section, PartKind kind,
                                  std::string_view name) {
  const IniFile& file = section.reference.file->ini();
  const auto is_there = [&](PartKind other) {
    const auto found = find_section(file, other, name);
    return !found || *found != nullptr;
  };
  if (is_there(kind)) return true;
  const base::Origin& line = section.pipeline->origin;
  if (name.contains(',')) {
    diagnostics_.error(line, "'" + std::string(name) +
                                 "' has a comma; the names of a pipeline are separated by spaces");
  } else if (name.starts_with('#') || name.starts_with(';')) {
    diagnostics_.error(line, "'" + std::string(name) +
                                 "' begins no comment, because a comment has a line of its own; "
                                 "all words of this line are names");
  } else if (kind == PartKind::App && is_there(PartKind::Filter)) {
    diagnostics_.error(line, "the last name of a pipeline is that of its application, and '" +
                                 std::string(name) + "' is a filter; put the application last");
  } else {
    return true;
  }
  return false;
}

std::unique_ptr<Part> Resolver::describe_filter_app(const PartSection& section,
                                                    const Overrides& overrides) {
  auto part = section.begin(PartKind::App, Part::Form::Filtered, overrides);
  if (auto filter = describe_made(section, PartKind::Filter, within(section, overrides))) {
    part->filters.push_back(std::move(filter));
  }
  if (section.next) {
    part->app = find_other(section, PartKind::App, *section.next, overrides);
  } else if (!section.settings.is_broken("next")) {
    diagnostics_.error(section.origin, section.title() +
                                           " needs a setting 'next = APP', the application "
                                           "inside of the filter");
  }
  return part;
}

/// The part that `use` leads to, or the one that `paste.app_factory` and its kin name.
std::unique_ptr<Part> Resolver::describe_made(const PartSection& section, PartKind kind,
                                              const Overrides& overrides) {
  if (!section.use) return describe_python(section, kind, overrides);
  const SectionSettings& settings = section.settings;
  Overrides all{settings.additions, settings.local, section.reference.file};
  // What is used in another file sees the path of this one.
  if (const Setting* const file = settings.global.find("__file__")) all.global.set(*file);
  all.global.update(overrides.global);
  all.local.update(overrides.local);
  if (overrides.file != nullptr) all.file = overrides.file;
  auto part = find(section.to(kind, *section.use), all);
  if (part == nullptr) return nullptr;
  part->section = section.lines.name;
  part->origin = section.origin;
  return part;
}

/// The part of a section that does not say what it is made by.
std::unique_ptr<Part> Resolver::describe_default(const PartSection& section, PartKind kind,
                                                 const Overrides& overrides) {
  if (section.settings.is_broken("use")) return nullptr;
  const auto factory = options_.default_factories.find(kind);
  if (factory == options_.default_factories.end()) {
    diagnostics_.error(
        section.origin,
        section.title() + " does not say what it is made by; write 'use = mastic#" +
            (kind == PartKind::Server ? "server'" : "NAME', or 'use = ' and another section"));
    for (const Setting& setting : section.settings.local) {
      if (!setting.name.starts_with("paste.")) continue;
      diagnostics_.note(setting.origin, "'" + setting.name + "' is ignored, because it makes no " +
                                            std::string(to_string(kind)));
    }
    return nullptr;
  }
  auto part = section.begin(kind, Part::Form::Made, overrides);
  part->factory = {"mastic", "", factory->second, section.origin};
  return part;
}

std::unique_ptr<Part> Resolver::describe_python(const PartSection& section, PartKind kind,
                                                const Overrides& overrides) {
  if (section.python.size() > 1) {
    diagnostics_.error(section.python[1].origin, "'" + section.python[1].name + "' and '" +
                                                     section.python[0].name + "' both say what " +
                                                     section.title() + " is made by; keep one");
    return nullptr;
  }
  if (section.python.empty()) return describe_default(section, kind, overrides);
  const Setting& named = section.python.front();
  std::string_view function = named.value;
  const std::string_view module = function.substr(0, function.find(':'));
  function.remove_prefix(std::min(module.size() + 1, function.size()));
  auto part = section.begin(kind, Part::Form::Made, overrides);
  part->factory = {"python", std::string(strip(module)), std::string(strip(function)),
                   named.origin};
  return part;
}

}  // namespace mastic::deploy
