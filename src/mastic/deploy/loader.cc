#include "mastic/deploy/loader.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mastic/base/text.h"
#include "mastic/deploy/resolver.h"
#include "mastic/deploy/section_search.h"
#include "mastic/deploy/site_files.h"
#include "mastic/deploy/uri.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {
namespace {

/// Whether a section of this type is about logging.
bool is_about_logging(std::string_view section) {
  for (const std::string_view name : {"logger", "handler", "formatter"}) {
    if (!section.starts_with(name)) continue;
    const std::string_view rest = section.substr(name.size());
    if (rest == "s" || rest.starts_with('_')) return true;
  }
  return false;
}

/// Collects the names that the entries of a section refer to: by %(NAME)s and by `get`.
void collect_references(const IniSection& section, std::vector<std::string>& names) {
  for (const IniEntry& entry : section.entries) {
    if (entry.name.starts_with("get ")) names.emplace_back(strip(entry.value));
    std::string_view rest = entry.value;
    for (std::size_t begin; (begin = rest.find("%(")) != rest.npos;) {
      rest.remove_prefix(begin + 2);
      names.emplace_back(rest.substr(0, rest.find(')')));
    }
  }
}

bool names_plugin(const IniSection& section) {
  return std::ranges::any_of(section.entries,
                             [](const IniEntry& entry) { return entry.value.contains("lib:"); });
}

}  // namespace

class Loader::Implementation {
 public:
  Implementation(Diagnostics& messages, LoadOptions load_options, base::Kernel& kernel)
      : diagnostics(messages),
        options(remembering(std::move(load_options))),
        files(diagnostics, options.environment, options.max_file_bytes, kernel),
        resolver(files, diagnostics, options) {}

  /// `load_options` with an environment that keeps what was asked for in `variables`.
  LoadOptions remembering(LoadOptions load_options) {
    if (!load_options.environment) return load_options;
    load_options.environment =
        [this, ask = std::move(load_options.environment)](const std::string& name) {
          auto value = ask(name);
          if (value) variables.set({name, *value, {}});
          return value;
        };
    return load_options;
  }
  void warn_of_unused(const IniSection& section, const base::Origin& origin, bool is_main_complete);

  Diagnostics& diagnostics;
  Settings variables;  ///< of the environment, as far as the files name them
  const LoadOptions options;
  SiteFiles files;
  Resolver resolver;
  bool is_main = true;  ///< whether the applications that were loaded are called main
};

/// Warns of a section that no part was made from, if that is doubtful: its type is not known, or
/// `is_main_complete` says that all parts of the site were found.
void Loader::Implementation::warn_of_unused(const IniSection& section, const base::Origin& origin,
                                            bool is_main_complete) {
  const std::string_view type = type_of(section);
  if (is_about_logging(section.name) || type == "server") return;
  if (is_part_type(type)) {
    if (is_main_complete) diagnostics.warn(origin, "nothing uses [" + section.name + "]");
    return;
  }
  if (const auto meant = likely_title(section)) {
    diagnostics.warn(origin, "[" + section.name + "] is ignored; did you mean [" + *meant + "]?");
  } else {
    diagnostics.note(origin, "[" + section.name +
                                 "] is ignored, because sections of this type describe no part");
  }
}

Loader::Loader(Diagnostics& diagnostics, LoadOptions options, base::Kernel& kernel)
    : implementation_(std::make_unique<Implementation>(diagnostics, std::move(options), kernel)) {
  for (const Setting& setting : implementation_->options.globals) {
    if (setting.value.find('%') == std::string::npos) continue;
    diagnostics.warn(setting.origin, "'" + setting.name +
                                         "': the files of the site interpolate the value where "
                                         "they refer to it, but parts see it as it is");
  }
}

Loader::~Loader() = default;

std::unique_ptr<Part> Loader::load(PartKind kind, std::string_view uri) {
  const auto reference = file_reference(uri);
  if (kind == PartKind::App && reference && reference->name != "main") {
    implementation_->is_main = false;
  }
  return implementation_->resolver.find(
      {kind, std::string(uri), nullptr, implementation_->options.globals, {}}, {});
}

std::unique_ptr<Part> Loader::find(PartKind kind, std::string_view name, const Part& part,
                                   const base::Origin& origin) {
  const Reference reference{kind, std::string(name), part.file, part.global, origin};
  const bool is_elsewhere =
      part.file != nullptr && origin.line != 0 && origin.place != part.file->ini().path();
  if (is_elsewhere && !is_uri(name) && !names_factory(reference)) {
    implementation_->diagnostics.warn(origin, "'" + reference.name + "' is looked up in " +
                                                  part.file->ini().path() +
                                                  ", which uses this part, and not in this file");
  }
  return implementation_->resolver.find(reference, {});
}

bool Loader::has(PartKind kind, std::string_view uri) {
  const auto reference = file_reference(uri);
  if (!reference) return false;
  const LoadedFile* const file =
      implementation_->files.load(reference->path, nullptr, implementation_->options.globals, {});
  if (file == nullptr) return false;
  const auto section = find_section(file->ini(), kind, reference->name);
  return !section || *section != nullptr;  // an ambiguous name is for `load` to report
}

void Loader::warn_of_unused_sections() {
  const auto files = implementation_->files.all();
  if (files.empty()) return;
  // A part that could not be described may be what uses a section.
  const bool is_main_complete =
      implementation_->is_main && !implementation_->diagnostics.has_errors();
  // Of the first file only: other files are often shared by several sites, each of which uses a part.
  for (const IniSection& section : files.front()->sections()) {
    if (implementation_->resolver.has_used(section)) continue;
    implementation_->warn_of_unused(section, files.front()->origin(section.line), is_main_complete);
  }
}

void Loader::warn_of_unread_globals() {
  const Settings& globals = implementation_->options.globals;
  const auto files = implementation_->files.all();
  if (globals.empty() || files.empty() || implementation_->diagnostics.has_errors()) return;
  std::vector<std::string> references;
  std::unordered_set<std::string> known{"not_found_app"};  // a URL map asks for it
  const auto read = [&](const IniSection& section) {
    collect_references(section, references);
    for (const IniEntry& entry : section.entries) known.insert(entry.name);
    return !names_plugin(section);
  };
  // A plugin sees the global settings and may ask for any of them, so with one nothing can be said.
  for (const IniFile* const file : files) {
    if (!read(file->defaults()) || !std::ranges::all_of(file->sections(), read)) return;
  }
  known.insert(references.begin(), references.end());
  for (const Setting& setting : globals) {
    if (known.contains(setting.name)) continue;
    const auto meant = base::nearest(setting.name, references);
    implementation_->diagnostics.warn(
        setting.origin, "'" + setting.name +
                            "' has no effect, because no line of the site refers to it" +
                            (meant ? "; did you mean '" + std::string(*meant) + "'?"
                                   : " by %(" + setting.name + ")s"));
  }
}

void Loader::teach(SecretValues& secrets) const {
  secrets.learn(implementation_->options.globals);
  secrets.learn(implementation_->variables);
  // Every section, also those that no part was made from: a message may quote any line.
  const auto learn = [&](const IniSection& section) {
    Settings settings;
    for (const IniEntry& entry : section.entries) settings.set({entry.name, entry.value, {}});
    secrets.learn(settings);
    // What parts see has one % for each %%.
    Settings as_seen;
    for (const Setting& setting : settings) {
      std::string value = setting.value;
      for (std::size_t at = 0; (at = value.find("%%", at)) != value.npos; ++at) value.erase(at, 1);
      if (value != setting.value) as_seen.set({setting.name, std::move(value), {}});
    }
    secrets.learn(as_seen);
  };
  for (const IniFile* const file : implementation_->files.all()) {
    learn(file->defaults());
    for (const IniSection& section : file->sections()) learn(section);
  }
}

}  // namespace mastic::deploy
