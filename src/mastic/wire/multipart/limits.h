// How large the parts of multipart content may be. Each limit is an option with the member's name.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::wire::multipart {

/// Limits for multipart content. Content beyond one of them is answered with 413.
///
/// Some limits are fixed. A boundary has at most 70 characters (RFC 2046 §5.1.1). What precedes the
/// first boundary, and what follows the last one, has no meaning, and each may have 1 KiB. A part
/// has at most 32 fields, and must not be multipart itself: RFC 7578 §4.3 has several files with
/// one name instead.
struct Limits {
  /// Maximum number of parts: the fields and files of a form.
  std::uint64_t max_multipart_parts = 100;
  /// Maximum size of what precedes the content of a part: its name, the name of its file, its type.
  std::uint64_t max_part_header_bytes = 8 << 10;
  /// Maximum size of the content of one part; 0: only the size of the whole form is limited.
  std::uint64_t max_part_bytes = 0;

  /// Adds every member to `table` under its name. The table refers to this object.
  void describe(base::OptionTable& table);
};

}  // namespace mastic::wire::multipart
