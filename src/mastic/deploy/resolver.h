// Finds out what a name of a part means: what PasteDeploy calls get_context.
//
// A section describes its part in one of four ways: by `use = ...`, which may lead to another
// section; by `paste.app_factory = ...` and its kin; as a pipeline; or as a filter-app. Each of them,
// with `filter-with = ...`, has one more filter around it.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mastic/base/origin.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/loaded_file.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/part.h"
#include "mastic/deploy/part_section.h"
#include "mastic/deploy/site_files.h"

namespace mastic::deploy {

/// Describes parts.
class Resolver {
 public:
  /// All references must outlive the Resolver.
  Resolver(SiteFiles& files, Diagnostics& diagnostics, const LoadOptions& options)
      : files_(files), diagnostics_(diagnostics), options_(options) {}

  /// Describes the part that `reference` names. Returns null, after reporting an error, when it
  /// cannot be described. Other errors may be reported without that.
  [[nodiscard]] std::unique_ptr<Part> find(const Reference& reference, const Overrides& overrides);
  /// Whether a part was described from this section.
  [[nodiscard]] bool has_used(const IniSection& section) const { return used_.contains(&section); }

 private:
  struct Place {
    const IniSection* section;
    std::string file;
  };

  std::unique_ptr<Part> find_in_file(const Reference& reference, const Overrides& overrides);
  std::unique_ptr<Part> make_from_factory(const Reference& reference, const Overrides& overrides);
  std::unique_ptr<Part> describe(const Reference& reference, const IniSection& lines,
                                 const Overrides& overrides);
  std::unique_ptr<Part> describe_filtered(const PartSection& section, const Overrides& overrides);
  std::unique_ptr<Part> describe_itself(const PartSection& section, const Overrides& overrides);
  std::unique_ptr<Part> describe_pipeline(const PartSection& section, const Overrides& overrides);
  [[nodiscard]] bool may_be_in_pipeline(const PartSection& section, PartKind kind,
                                        std::string_view name);
  std::unique_ptr<Part> describe_filter_app(const PartSection& section, const Overrides& overrides);
  std::unique_ptr<Part> describe_made(const PartSection& section, PartKind kind,
                                      const Overrides& overrides);
  std::unique_ptr<Part> describe_default(const PartSection& section, PartKind kind,
                                         const Overrides& overrides);
  std::unique_ptr<Part> describe_python(const PartSection& section, PartKind kind,
                                        const Overrides& overrides);
  std::unique_ptr<Part> find_other(const PartSection& section, PartKind kind, const Setting& name,
                                   const Overrides& overrides);
  [[nodiscard]] Overrides within(const PartSection& section, const Overrides& overrides);
  [[nodiscard]] Settings seen_by(const PartSection& section, const Reference& reference,
                                 const Settings& overrides);
  void warn_of_lost(const PartSection& section, const Settings& lost, std::string_view why);
  [[nodiscard]] bool may_count(const Reference& reference);
  [[nodiscard]] bool may_hold(const Settings& settings, const base::Origin& origin);
  [[nodiscard]] bool may_enter(const Reference& reference, const IniSection& lines);

  SiteFiles& files_;
  Diagnostics& diagnostics_;
  const LoadOptions& options_;
  std::uint32_t count_ = 0;                     ///< of the parts described so far
  std::uint64_t settings_bytes_ = 0;            ///< what their settings take
  std::vector<Place> describing_;               ///< the sections that are being described just now
  std::unordered_set<const IniSection*> used_;  ///< the sections that parts were described from
};

}  // namespace mastic::deploy
