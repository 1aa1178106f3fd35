// Which section of a file describes a part.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"
#include "mastic/deploy/ini_file.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// The type of a section: "app" for `[app:main]` and for `[app]`.
[[nodiscard]] std::string_view type_of(const IniSection& section);

/// Whether sections of this type describe parts.
[[nodiscard]] bool is_part_type(std::string_view type);

/// Returns the title that a section was probably meant to have, whose type means nothing as it is
/// written: "app:docs" for `[App:docs]` and for `[app docs]`. Nothing if it cannot be told.
[[nodiscard]] std::optional<std::string> likely_title(const IniSection& section);

/// Returns the section that describes the part of this kind and name; null when there is none. Fails
/// with a message when there are several.
[[nodiscard]] base::Result<const IniSection*> find_section(const IniFile& file MASTIC_LIFETIMEBOUND,
                                                           PartKind kind, std::string_view name);

/// Says that the file has no section for the part, which sections are looked for, and what may have been meant.
[[nodiscard]] std::string explain_missing_section(const IniFile& file, PartKind kind,
                                                  std::string_view name);

}  // namespace mastic::deploy
