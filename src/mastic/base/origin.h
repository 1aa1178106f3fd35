// Where a text was written, for messages that an editor can jump to.

#pragma once

#include <cstdint>
#include <string>

namespace mastic::base {

/// The place where a text was written: a line of a file, or a place without lines such as the
/// command line.
struct Origin {
  std::string place;       ///< the path of a file, or words such as "the command line"
  std::uint32_t line = 0;  ///< the line in the file, from 1 on; 0 for a place without lines

  /// Whether the place is known.
  [[nodiscard]] bool is_known() const { return !place.empty(); }
  /// The form that editors understand, such as "site.ini:12"; without a line only the place.
  [[nodiscard]] std::string to_string() const {
    return line == 0 ? place : place + ":" + std::to_string(line);
  }
  friend bool operator==(const Origin&, const Origin&) = default;
};

}  // namespace mastic::base
