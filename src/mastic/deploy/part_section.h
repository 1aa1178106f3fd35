// A section that describes a part: the keys that say how it is made, and its settings.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mastic/base/origin.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/loaded_file.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// A name of a part, and what it is seen with.
struct Reference {
  PartKind kind;
  std::string name;        ///< of a section, or a URI
  const LoadedFile* file;  ///< where the name is looked up; null for the working directory
  Settings given;          ///< the global settings where the name stands
  base::Origin origin;     ///< where the name was written
};

/// Whether the name is that of a factory, and not of a section or of a part in a file.
[[nodiscard]] bool names_factory(const Reference& reference);

/// What the sections that lead to a part by `use` change in the part.
struct Overrides {
  Settings global;
  Settings local;
  const LoadedFile* file = nullptr;  ///< where the part's factory looks names up, if not in its own
};

/// A section that a part is described from.
struct PartSection {
  /// Reads the section, in the file that `reference` names. What is wrong with it is reported.
  /// `reference` and `found` must outlive this object.
  PartSection(const Reference& reference, const IniSection& found, Diagnostics& diagnostics);

  /// Another part, which a setting of this section names.
  [[nodiscard]] Reference to(PartKind kind, const Setting& name) const;
  /// A part with the settings of this section, as far as the others do not override them.
  [[nodiscard]] std::unique_ptr<Part> begin(PartKind kind, Part::Form form,
                                            const Overrides& overrides) const;
  /// The section as messages name it: "[app:main]".
  [[nodiscard]] std::string title() const { return "[" + lines.name + "]"; }

  const Reference& reference;
  const IniSection& lines;  ///< the section as it is written
  base::Origin origin;      ///< the line of the section
  bool is_pipeline;
  bool is_filter_app;
  SectionSettings settings;  ///< without the keys that follow
  std::optional<Setting> filter_with, pipeline, next, use;
  std::vector<Setting> python;  ///< `paste.app_factory = ...` and its kin

 private:
  void take_keys(Diagnostics& diagnostics);
};

}  // namespace mastic::deploy
