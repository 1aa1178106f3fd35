// Whether bytes are UTF-8 (RFC 3629): the shortest form only, no surrogates, at most U+10FFFF.
//
// To read text character by character, see `utf8_character_size` in encoding.h.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mastic::base {

/// Whether all of `text` is UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Checks text that arrives in pieces of any size, which may end within a character.
class Utf8Checker {
 public:
  /// Whether the pieces so far, this one included, are UTF-8 or the beginning of it. Returns false
  /// as soon as no further byte could make them valid; after that the checker is spent.
  [[nodiscard]] bool feed(std::string_view piece);
  /// Whether the pieces so far do not end within a character. Empty text is complete.
  [[nodiscard]] bool is_complete() const { return begun_size_ == 0; }

 private:
  /// Takes the rest of the character in `begun_` off `piece`; false if that cannot be its rest.
  [[nodiscard]] bool finish_character(std::string_view& piece);

  std::array<char, 3> begun_{};  ///< the first bytes of a character that is not complete
  std::uint8_t begun_size_ = 0;
};

namespace detail {

// The two ways to check, of which `is_utf8` takes the faster one that the processor can.

/// Whether the processor has the instruction that `is_utf8_by_blocks` needs.
[[nodiscard]] bool can_check_blocks();
/// Checks sixteen bytes at a time. Requires: `can_check_blocks`.
[[nodiscard]] bool is_utf8_by_blocks(std::string_view text);
/// Checks one character after the other, and ASCII in blocks.
[[nodiscard]] bool is_utf8_by_characters(std::string_view text);

}  // namespace detail
}  // namespace mastic::base
