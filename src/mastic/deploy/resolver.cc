#include "mastic/deploy/resolver.h"

#include <algorithm>
#include <utility>

#include "mastic/deploy/section_search.h"
#include "mastic/deploy/uri.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {
namespace {

/// Counts how deep a function is in itself.
class DepthCount {
 public:
  explicit DepthCount(std::uint32_t& depth) : depth_(depth) { ++depth_; }
  ~DepthCount() { --depth_; }
  DepthCount(const DepthCount&) = delete;
  DepthCount& operator=(const DepthCount&) = delete;

 private:
  std::uint32_t& depth_;
};

/// The keys that name a factory written in Python. Of a group only the first one counts.
using KeyGroup = std::vector<std::string_view>;
std::vector<KeyGroup> python_keys(PartKind kind) {
  switch (kind) {
    case PartKind::App:
      return {{"paste.app_factory"}, {"paste.composite_factory"}, {"paste.composit_factory"}};
    case PartKind::Filter:
      return {{"paste.filter_factory", "paste.filter_app_factory"}};
    case PartKind::Server:
      return {{"paste.server_factory", "paste.server_runner"}};
  }
  return {};
}

/// Whether the name is that of a factory, and not of a section or of a part in a file.
bool names_factory(const Reference& reference) {
  if (is_uri(reference.name)) return !file_reference(reference.name);
  if (!reference.name.starts_with("mastic#")) return false;
  // A section of that name comes first, as it does in PasteDeploy, which knows no such factories.
  if (reference.file == nullptr) return true;
  const auto section = find_section(reference.file->ini(), reference.kind, reference.name);
  return section && *section == nullptr;
}

}  // namespace

/// A section that a part is described from: the keys that say how, and its settings without them.
struct Resolver::Description {
  const Reference& reference;
  const IniSection& section;
  base::Origin origin;
  SectionSettings settings;
  bool is_pipeline;
  bool is_filter_app;
  std::optional<Setting> filter_with, pipeline, next, use;
  std::vector<Setting> python;  ///< `paste.app_factory = ...` and its kin

  /// Another part, which a setting of this section names.
  [[nodiscard]] Reference to(PartKind kind, const Setting& name) const {
    return {kind, name.value, reference.file, settings.global, name.origin};
  }
  [[nodiscard]] std::string title() const { return "[" + section.name + "]"; }

  /// A part of this section.
  [[nodiscard]] std::unique_ptr<Part> begin(PartKind kind, Part::Form form,
                                            const Overrides& overrides) const {
    auto part = std::make_unique<Part>();
    part->kind = kind;
    part->form = form;
    part->section = section.name;
    part->origin = origin;
    part->global = settings.global;
    part->global.update(overrides.global);
    part->local = settings.local;
    part->local.update(overrides.local);
    part->file = overrides.file != nullptr ? overrides.file : reference.file;
    return part;
  }
};

std::unique_ptr<Part> Resolver::find(const Reference& reference, const Overrides& overrides) {
  const DepthCount count(depth_);
  const bool is_deep = depth_ > options_.max_depth;
  if (is_deep || ++count_ > options_.max_parts) {
    diagnostics_.error(
        reference.origin,
        "'" + reference.name + "' is not looked up, because " +
            (is_deep ? "more than " + std::to_string(options_.max_depth) +
                           " parts lead to one another up to here"
                     : "the site has more than " + std::to_string(options_.max_parts) +
                           " parts, each counted as often as others name it"));
    return nullptr;
  }
  if (names_factory(reference)) return make_from_factory(reference, overrides);
  if (const auto file = file_reference(reference.name)) {
    if (file->path.empty()) {
      diagnostics_.error(reference.origin,
                         "'" + reference.name + "' names no file after the colon");
      return nullptr;
    }
    Reference inner = reference;
    inner.name = file->name;
    inner.file = files_.load(file->path, reference.file, reference.given, reference.origin);
    return inner.file != nullptr ? find(inner, overrides) : nullptr;
  }
  return find_in_file(reference, overrides);
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
  std::string message = section ? explain_missing_section(ini, reference.kind, reference.name)
                                : section.error().message;
  if (section && options_.is_factory && options_.is_factory(reference.kind, reference.name)) {
    message += "; for Mastic's own, write mastic#" + reference.name;
  }
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

std::unique_ptr<Part> Resolver::describe(const Reference& reference, const IniSection& section,
                                         const Overrides& overrides) {
  used_.insert(&section);
  if (!may_enter(reference, section)) return nullptr;
  describing_.push_back({&section, reference.file->ini().path()});
  const std::string_view type = type_of(section);
  Description description{reference,
                          section,
                          reference.file->ini().origin(section.line),
                          reference.file->read(section, reference.given),
                          type == "pipeline",
                          type == "filter-app",
                          {},
                          {},
                          {},
                          {},
                          {}};
  take_keys(description);
  auto part = description.filter_with ? describe_filtered(description, overrides)
                                      : describe_itself(description, overrides);
  describing_.pop_back();
  return part;
}

/// Whether the section is not being described already, further out. That is reported.
bool Resolver::may_enter(const Reference& reference, const IniSection& section) {
  auto inside = std::ranges::find(describing_, &section, &Place::section);
  if (inside == describing_.end()) return true;
  const std::string title = "[" + section.name + "]";
  const std::string here = reference.file->ini().path();
  std::string way;
  for (; inside != describing_.end(); ++inside) {
    way += "[" + inside->section->name + "]" + (inside->file == here ? "" : " of " + inside->file) +
           " -> ";
  }
  diagnostics_.error(reference.origin, title + " leads to itself: " + way + title);
  return false;
}

/// Takes the keys that say how the part is put together out of the local settings.
void Resolver::take_keys(Description& description) {
  Settings& local = description.settings.local;
  const PartKind kind = description.reference.kind;
  if (kind != PartKind::Server) description.filter_with = local.take("filter-with");
  if (const auto require = local.take("require")) {
    diagnostics_.note(require->origin,
                      "'require' is ignored: it is about packages of Python, which parts of "
                      "Mastic do not need");
  }
  if (description.is_pipeline) {
    description.pipeline = local.take("pipeline");
    return;
  }
  if (description.is_filter_app) description.next = local.take("next");
  description.use = local.take("use");
  if (description.use) return;
  for (const KeyGroup& group : python_keys(description.is_filter_app ? PartKind::Filter : kind)) {
    const auto present = std::ranges::find_if(
        group, [&](std::string_view key) { return local.find(key) != nullptr; });
    if (present != group.end()) description.python.push_back(*local.take(*present));
  }
}

/// The part with the filter of `filter-with` around it.
std::unique_ptr<Part> Resolver::describe_filtered(const Description& description,
                                                  const Overrides& overrides) {
  const PartKind kind = description.reference.kind;
  auto part = description.begin(kind, Part::Form::Filtered, overrides);
  auto filter = find_other(description, PartKind::Filter, *description.filter_with, overrides);
  if (filter != nullptr) part->filters.push_back(std::move(filter));
  part->app = describe_itself(
      description, description.is_filter_app ? Overrides{overrides.global, overrides.local, nullptr}
                                             : within(description, overrides));
  return part;
}

/// Describes another part that this section names.
///
/// In PasteDeploy, a factory that is named in place of a section has the same dictionary of global
/// settings as the section that names it, and so sees what is changed there later.
std::unique_ptr<Part> Resolver::find_other(const Description& description, PartKind kind,
                                           const Setting& name, const Overrides& overrides) {
  const Reference reference = description.to(kind, name);
  return find(reference, {names_factory(reference) ? overrides.global : Settings{}, {}, nullptr});
}

/// What of `overrides` reaches the part that a section describes when there is a filter around that
/// part. In PasteDeploy they are put into the dictionaries of what is outermost, which is the filter;
/// the part sees them only where it has the same dictionaries.
Overrides Resolver::within(const Description& description, const Overrides& overrides) {
  if (!description.use) return {overrides.global, overrides.local, nullptr};
  warn_of_lost(description, overrides.local,
               description.filter_with ? "has a filter around what it uses"
                                       : "is a filter-app that uses another part");
  const bool has_same_globals =
      names_factory(description.to(description.reference.kind, *description.use));
  return {has_same_globals ? overrides.global : Settings{}, {}, nullptr};
}

/// Warns of settings that a section gives to the one that it uses, and that no part gets.
void Resolver::warn_of_lost(const Description& description, const Settings& lost,
                            std::string_view why) {
  for (const Setting& setting : lost) {
    diagnostics_.warn(setting.origin, "'" + setting.name + "' has no effect, because " +
                                          description.title() + ", which is used here, " +
                                          std::string(why) +
                                          "; set it in the section that needs "
                                          "it");
  }
}

std::unique_ptr<Part> Resolver::describe_itself(const Description& description,
                                                const Overrides& overrides) {
  if (description.is_pipeline) return describe_pipeline(description, overrides);
  if (description.is_filter_app) return describe_filter_app(description, overrides);
  return describe_made(description, description.reference.kind, overrides);
}

std::unique_ptr<Part> Resolver::describe_pipeline(const Description& description,
                                                  const Overrides& overrides) {
  const auto& pipeline = description.pipeline;
  for (const Setting& extra : description.settings.local) {
    diagnostics_.error(extra.origin, "a pipeline has no setting '" + extra.name +
                                         "'; allowed are 'pipeline', 'filter-with', and 'set NAME' "
                                         "for global settings");
  }
  const auto names = split_words(pipeline ? std::string_view(pipeline->value) : "");
  if (names.empty()) {
    if (!description.settings.is_broken("pipeline")) {
      diagnostics_.error(pipeline ? pipeline->origin : description.origin,
                         description.title() +
                             " needs a setting 'pipeline = FILTER... APP', the "
                             "outermost filter first");
    }
    return nullptr;
  }
  warn_of_lost(description, overrides.local, "is a pipeline");
  auto part = description.begin(PartKind::App, Part::Form::Pipeline, overrides);
  for (const std::string_view name : names) {
    const bool is_last = name.data() == names.back().data();
    auto found = find_other(description, is_last ? PartKind::App : PartKind::Filter,
                            {"", std::string(name), pipeline->origin}, overrides);
    if (is_last) {
      part->app = std::move(found);
    } else if (found != nullptr) {
      part->filters.push_back(std::move(found));
    }
  }
  return part;
}

std::unique_ptr<Part> Resolver::describe_filter_app(const Description& description,
                                                    const Overrides& overrides) {
  auto part = description.begin(PartKind::App, Part::Form::Filtered, overrides);
  if (auto filter = describe_made(description, PartKind::Filter, within(description, overrides))) {
    part->filters.push_back(std::move(filter));
  }
  if (description.next) {
    part->app = find_other(description, PartKind::App, *description.next, overrides);
  } else if (!description.settings.is_broken("next")) {
    diagnostics_.error(description.origin, description.title() +
                                               " needs a setting 'next = APP', the application "
                                               "inside of the filter");
  }
  return part;
}

/// The part that `use` leads to, or the one that `paste.app_factory` and its kin name.
std::unique_ptr<Part> Resolver::describe_made(const Description& description, PartKind kind,
                                              const Overrides& overrides) {
  if (!description.use) return describe_python(description, kind, overrides);
  const SectionSettings& settings = description.settings;
  Overrides all{settings.additions, settings.local, description.reference.file};
  // What is used in another file sees the path of this one.
  if (const Setting* const file = settings.global.find("__file__")) all.global.set(*file);
  all.global.update(overrides.global);
  all.local.update(overrides.local);
  if (overrides.file != nullptr) all.file = overrides.file;
  auto part = find(description.to(kind, *description.use), all);
  if (part == nullptr) return nullptr;
  part->section = description.section.name;
  part->origin = description.origin;
  return part;
}

/// The part of a section that does not say what it is made by.
std::unique_ptr<Part> Resolver::describe_default(const Description& description, PartKind kind,
                                                 const Overrides& overrides) {
  if (description.settings.is_broken("use")) return nullptr;
  const auto factory = options_.default_factories.find(kind);
  if (factory == options_.default_factories.end()) {
    diagnostics_.error(description.origin, description.title() +
                                               " does not say what it is made by; write 'use = "
                                               "mastic#NAME', or 'use = ' and another section");
    for (const Setting& setting : description.settings.local) {
      if (!setting.name.starts_with("paste.")) continue;
      diagnostics_.note(setting.origin, "'" + setting.name + "' is ignored, because it makes no " +
                                            std::string(to_string(kind)));
    }
    return nullptr;
  }
  auto part = description.begin(kind, Part::Form::Made, overrides);
  part->factory = {"mastic", "", factory->second, description.origin};
  return part;
}

std::unique_ptr<Part> Resolver::describe_python(const Description& description, PartKind kind,
                                                const Overrides& overrides) {
  if (description.python.size() > 1) {
    diagnostics_.error(description.python[1].origin,
                       "'" + description.python[1].name + "' and '" + description.python[0].name +
                           "' both say what " + description.title() + " is made by; keep one");
    return nullptr;
  }
  if (description.python.empty()) return describe_default(description, kind, overrides);
  const Setting& named = description.python.front();
  std::string_view function = named.value;
  const std::string_view module = function.substr(0, function.find(':'));
  function.remove_prefix(std::min(module.size() + 1, function.size()));
  auto part = description.begin(kind, Part::Form::Made, overrides);
  part->factory = {"python", std::string(strip(module)), std::string(strip(function)),
                   named.origin};
  return part;
}

}  // namespace mastic::deploy
