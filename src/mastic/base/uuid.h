// UUIDs as values (RFC 9562): 16 bytes, read and written in the form 8-4-4-4-12.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::base {

/// A UUID of any version.
struct Uuid {
  /// The bytes, in the order in which they are written.
  std::array<std::uint8_t, 16> bytes{};

  /// Reads "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", in either case; returns nothing for anything
  /// else.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  /// Returns the text form in lower case.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace mastic::base
