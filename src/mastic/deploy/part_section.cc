#include "mastic/deploy/part_section.h"

#include <algorithm>
#include <string_view>

#include "mastic/deploy/section_search.h"
#include "mastic/deploy/uri.h"

namespace mastic::deploy {
namespace {

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

}  // namespace

bool names_factory(const Reference& reference) {
  if (is_uri(reference.name)) return !file_reference(reference.name);
  if (!reference.name.starts_with("mastic#")) return false;
  // A section of that name comes first, because it is what PasteDeploy would find.
  if (reference.file == nullptr) return true;
  const auto section = find_section(reference.file->ini(), reference.kind, reference.name);
  return section && *section == nullptr;
}

PartSection::PartSection(const Reference& named, const IniSection& found, Diagnostics& diagnostics)
    : reference(named),
      lines(found),
      origin(named.file->ini().origin(found.line)),
      is_pipeline(type_of(found) == "pipeline"),
      is_filter_app(type_of(found) == "filter-app"),
      settings(named.file->read(found, named.given)) {
  take_keys(diagnostics);
}

/// Takes the keys that say how the part is put together out of the local settings.
void PartSection::take_keys(Diagnostics& diagnostics) {
  Settings& local = settings.local;
  if (reference.kind != PartKind::Server) filter_with = local.take("filter-with");
  if (const auto require = local.take("require")) {
    diagnostics.note(require->origin,
                     "'require' is ignored: it is about packages of Python, which parts of Mastic "
                     "do not need");
  }
  if (is_pipeline) {
    pipeline = local.take("pipeline");
    return;
  }
  if (is_filter_app) next = local.take("next");
  use = local.take("use");
  if (use) return;
  for (const KeyGroup& group : python_keys(is_filter_app ? PartKind::Filter : reference.kind)) {
    const auto present = std::ranges::find_if(
        group, [&](std::string_view key) { return local.find(key) != nullptr; });
    if (present != group.end()) python.push_back(*local.take(*present));
  }
}

Reference PartSection::to(PartKind kind, const Setting& name) const {
  return {kind, name.value, reference.file, settings.global, name.origin};
}

std::unique_ptr<Part> PartSection::begin(PartKind kind, Part::Form form,
                                         const Overrides& overrides) const {
  auto part = std::make_unique<Part>();
  part->kind = kind;
  part->form = form;
  part->section = lines.name;
  part->origin = origin;
  part->global = settings.global;
  part->global.update(overrides.global);
  part->local = settings.local;
  part->local.update(overrides.local);
  part->file = overrides.file != nullptr ? overrides.file : reference.file;
  return part;
}

}  // namespace mastic::deploy
