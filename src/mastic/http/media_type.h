// Media types of files, by their names.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"

namespace mastic::http {

/// As a Content-Type wants it, charset included for text: "text/html; charset=utf-8". An unknown
/// name is "application/octet-stream". Endings go without regard to case. The table is
/// media_type_table.h.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

/// Whether `type` is a type, a slash and a subtype, and perhaps parameters (RFC 9110 §8.3.1).
[[nodiscard]] bool is_media_type(std::string_view type);

/// That table, and what was added to it.
class MediaTypes {
 public:
  /// `.m4s=video/iso.segment` for names that end so, `Buildfile=text/plain` for a whole name. What
  /// is added later counts before what was there; case does not matter. The type is taken as it is given: text wants its
  /// charset. Fails when it is none of these.
  [[nodiscard]] base::Result<void> add(std::string_view rule);
  /// As media_type_of.
  [[nodiscard]] std::string_view of(std::string_view file_name) const MASTIC_LIFETIMEBOUND;

 private:
  struct Rule {
    std::string name;  ///< an ending with its dot, or a whole name; in small letters
    std::string type;
  };

  std::vector<Rule> added_;
};

}  // namespace mastic::http
