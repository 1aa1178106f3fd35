// What precedes the content of a part of a form: which field it is, and the name and type of a file.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/wire/content_fault.h"

namespace mastic::wire::multipart {

/// The head of a part (RFC 7578 §4).
struct PartHead {
  /// The name of the field, in UTF-8. It may contain any character.
  std::string name;
  /// The name of the file as the client wrote it, in UTF-8; nothing if the part is text. It may be
  /// empty, and may be a path or anything else: see http::safe_file_name.
  std::optional<std::string> file_name;
  /// The type that the client gives; empty if it gives none, which means text/plain.
  std::string media_type;
};

/// Reads the fields of a part. Fails if there is not one Content-Disposition of type form-data with
/// a name, if a name is not UTF-8, if the part is multipart itself, or if it has a
/// Content-Transfer-Encoding that changes its bytes.
///
/// Browsers escape `"`, CR and LF in names as %22, %0D and %0A and nothing else, so these three are
/// decoded, and `\"`, which some programs write. `filename*` is ignored: RFC 7578 §4.2 forbids it,
/// and a filter in front of this server may have looked at `filename` only.
[[nodiscard]] std::expected<PartHead, ContentFault> parse_part_head(http::FieldsView fields);

}  // namespace mastic::wire::multipart
