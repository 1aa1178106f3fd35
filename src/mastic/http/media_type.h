// The media type of a file, by its name.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"

namespace mastic::http {

/// Returns the value of Content-Type for a file, with a charset for text: "text/html;
/// charset=utf-8". For unknown names the value is "application/octet-stream". The case of endings
/// is ignored. The table is in media_type_table.h.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

/// Whether `type` is type/subtype with or without parameters (RFC 9110 §8.3.1).
[[nodiscard]] bool is_media_type(std::string_view type);

/// The table of media types, to which rules of an operator can be added.
class MediaTypes {
 public:
  /// Adds a rule: `.m4s=video/iso.segment` for names with this ending, `Buildfile=text/plain` for
  /// this name. Later rules override earlier ones and the table; case is ignored. The type is used
  /// as given, so text should have a charset. Fails if the rule is malformed.
  [[nodiscard]] base::Result<void> add(std::string_view rule);
  /// Returns the media type for a file: that of the last rule that fits, or else `media_type_of`.
  [[nodiscard]] std::string_view of(std::string_view file_name) const MASTIC_LIFETIMEBOUND;

 private:
  struct Rule {
    std::string name;  ///< an ending with its dot, or a whole name; in lower case
    std::string type;
  };

  std::vector<Rule> added_;
};

}  // namespace mastic::http
