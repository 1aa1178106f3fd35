#include "mastic/deploy/section_search.h"

#include <algorithm>
#include <span>
#include <vector>

#include "mastic/base/text.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {
namespace {

/// Types of sections that mean the same. Of those, only the first type that the file has counts.
using TypeGroup = std::span<const std::string_view>;
constexpr std::string_view kApp[] = {"app", "application"};
constexpr std::string_view kComposite[] = {"composite", "composit"};
constexpr std::string_view kPipeline[] = {"pipeline"};
constexpr std::string_view kFilterApp[] = {"filter-app"};
constexpr std::string_view kFilter[] = {"filter"};
constexpr std::string_view kServer[] = {"server"};
constexpr TypeGroup kAppGroups[] = {kApp, kComposite, kPipeline, kFilterApp};
constexpr TypeGroup kFilterGroups[] = {kFilter};
constexpr TypeGroup kServerGroups[] = {kServer};

std::span<const TypeGroup> groups_of(PartKind kind) {
  switch (kind) {
    case PartKind::App:
      return kAppGroups;
    case PartKind::Filter:
      return kFilterGroups;
    case PartKind::Server:
      return kServerGroups;
  }
  return {};
}

bool has_type(PartKind kind, std::string_view type) {
  return std::ranges::any_of(groups_of(kind), [&](TypeGroup group) {
    return std::ranges::find(group, type) != group.end();
  });
}

std::string_view name_of(const IniSection& section) {
  const std::size_t colon = section.name.find(':');
  if (colon == std::string::npos) return {};
  return strip(std::string_view(section.name).substr(colon + 1));
}

/// The sections of a group, `[app:NAME]` or `[application:NAME]`; for the name "main" and without a
/// colon, `[app]`.
std::vector<const IniSection*> find_in_group(const IniFile& file, TypeGroup group,
                                             std::string_view name, bool with_colon) {
  for (const std::string_view type : group) {
    if (with_colon) {
      if (auto found = file.find(type, name); !found.empty()) return found;
    } else if (const IniSection* const section = file.find(type)) {
      return {section};
    }
  }
  return {};
}

}  // namespace

std::string_view type_of(const IniSection& section) {
  return std::string_view(section.name).substr(0, section.name.find(':'));
}

bool is_part_type(std::string_view type) {
  return has_type(PartKind::App, type) || has_type(PartKind::Filter, type) ||
         has_type(PartKind::Server, type);
}

std::optional<std::string> likely_title(const IniSection& section) {
  const std::string_view written = section.name;
  const std::size_t colon = written.find(':');
  // Without a colon, a space may stand in its place.
  const std::size_t end =
      std::min(colon != written.npos ? colon : written.find(' '), written.size());
  const std::string type = base::lower_case(strip(written.substr(0, end)));
  if (type == "default") return "DEFAULT";
  if (!is_part_type(type)) return std::nullopt;
  const std::string_view name = strip(written.substr(std::min(end + 1, written.size())));
  return name.empty() ? type : type + ":" + std::string(name);
}

base::Result<const IniSection*> find_section(const IniFile& file, PartKind kind,
                                             std::string_view name) {
  std::vector<const IniSection*> found;
  const auto search = [&](bool with_colon) {
    for (const TypeGroup group : groups_of(kind)) {
      const auto more = find_in_group(file, group, name, with_colon);
      found.insert(found.end(), more.begin(), more.end());
    }
  };
  // `[app:main]` and `[app]` are the same part. The one with a name comes first, so a file may have both,
  // as it may for PasteDeploy.
  search(true);
  if (found.empty() && name == "main") search(false);
  if (found.size() <= 1) return found.empty() ? nullptr : found.front();
  std::string sections;
  for (const IniSection* const section : found) {
    sections.append(sections.empty() ? "[" : " and [").append(section->name).append("] in line ");
    sections += std::to_string(section->line);
  }
  return base::fail("'", name, "' may be ", sections, " of ", file.path(),
                    "; these share one set of names, so rename all but one");
}

std::string explain_missing_section(const IniFile& file, PartKind kind, std::string_view name) {
  std::string message = "there is no " + std::string(to_string(kind)) + " '" + std::string(name) +
                        "' in " + file.path() + "; it would be ";
  // One type of each group: the others are only older spellings of it.
  const auto groups = groups_of(kind);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    message += i == 0 ? "[" : i + 1 < groups.size() ? ", [" : " or [";
    message.append(groups[i].front()).append(":").append(name) += ']';
  }
  const auto shown = [](const IniSection& section) {
    return "[" + section.name + "] in line " + std::to_string(section.line);
  };
  std::vector<std::string_view> names;
  std::vector<const IniSection*> sections;
  for (const IniSection& section : file.sections()) {
    const std::string_view type = type_of(section);
    if (has_type(kind, type) && !name_of(section).empty()) {
      names.push_back(name_of(section));
      sections.push_back(&section);
    }
    if (is_part_type(type)) {
      // Nearly every file has a server with the name of its application, which tells nothing.
      const bool is_about_servers = kind == PartKind::Server || has_type(PartKind::Server, type);
      if (name_of(section) != name || is_about_servers) continue;
      return message + "; " + shown(section) + " is of another kind";
    }
    const auto title = likely_title(section);
    const auto is_it = [&](TypeGroup group) {
      return title == std::string(group.front()).append(":").append(name);
    };
    if (std::ranges::any_of(groups, is_it)) {
      return message + "; " + shown(section) + " has to be written [" + *title + "]";
    }
  }
  if (const auto meant = base::nearest(name, names)) {
    const auto index = std::ranges::find(names, *meant) - names.begin();
    return message + "; did you mean '" + std::string(*meant) + "', which is " +
           shown(*sections[static_cast<std::size_t>(index)]) + "?";
  }
  // The usual mistake of a first file: its application has a name, and the command names none.
  if (name == "main" && !names.empty()) {
    message.append("; the file has '").append(names.front());
    message.append("', which is written ").append(file.path()).append("#").append(names.front());
  }
  return message;
}

}  // namespace mastic::deploy
