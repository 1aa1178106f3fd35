// The character classes of RFC 9110 §5.6 and RFC 3986, and the two checks that keep fields honest.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mastic/base/byte_block.h"

namespace mastic::http {

/// Each is a bit in one table, so that every check is one look-up a character.
enum class Characters : std::uint8_t {
  Token = 1,  ///< tchar: what names, methods and tokens are made of
  /// reg-name or IPv4address, but for escapes. No comma, which would make a list of two hosts.
  Host = 2,
  /// Visible ASCII, but for what RFC 3986 forbids everywhere and no browser sends. A browser does
  /// send some in a query that the RFC wants escaped (| ^ ` { } [ ]), so these pass.
  Query = 4,
  Path = 8,        ///< of Query, what a path may have; the `?` after it too
  PlainPath = 16,  ///< of Path, what neither ends it nor could make it other than normal
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_character_table() {
  std::array<std::uint8_t, 256> table{};
  const auto put = [&](std::string_view characters, Characters kind) {
    for (const char c : characters) {
      table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(kind);
    }
  };
  for (const auto kind : {Characters::Token, Characters::Host}) {
    put("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", kind);
  }
  put("!#$%&'*+-.^_`|~", Characters::Token);
  put("-._~!$&'()*+;=", Characters::Host);
  for (char c = 0x21; c < 0x7f; ++c) {
    const std::string_view one(&c, 1);
    if (std::string_view("\"<>#").find(c) != std::string_view::npos) continue;
    put(one, Characters::Query);
    if (c != '\\') put(one, Characters::Path);
    if (std::string_view("\\?%.").find(c) == std::string_view::npos) {
      put(one, Characters::PlainPath);
    }
  }
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kCharacters = make_character_table();

}  // namespace detail

[[nodiscard]] constexpr bool is_one_of(Characters kind, char c) {
  return (detail::kCharacters[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(kind)) !=
         0;
}
/// The first of [at, end) that is none of them, or `end`.
[[nodiscard]] constexpr const char* skip(Characters kind, const char* at, const char* end) {
  const auto kinds = [&](int i) { return detail::kCharacters[static_cast<unsigned char>(at[i])]; };
  while (end - at >= 4) {  // one branch for four
    const int common = kinds(0) & kinds(1) & kinds(2) & kinds(3);
    if ((common & static_cast<int>(kind)) == 0) break;
    at += 4;
  }
  while (at != end && is_one_of(kind, *at)) ++at;
  return at;
}
/// The first from `at` on that is none of them. Requires: there is one, a line end at the latest.
[[nodiscard]] constexpr const char* skip_to_other(Characters kind, const char* at) {
  while (is_one_of(kind, *at)) ++at;
  return at;
}
[[nodiscard]] constexpr bool are_all(Characters kind, std::string_view text) {
  const char* const end = text.data() + text.size();
  return skip(kind, text.data(), end) == end;
}

[[nodiscard]] constexpr bool is_token_character(char c) { return is_one_of(Characters::Token, c); }
/// One or more tchar.
[[nodiscard]] constexpr bool is_token(std::string_view text) {
  return !text.empty() && are_all(Characters::Token, text);
}

/// What a field value is made of: no control character other than a tab. Bytes over 0x7f are opaque.
[[nodiscard]] constexpr bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}
/// The first of [at, end) that may not stand in a field value, or `end`.
[[nodiscard]] inline const char* find_value_end(const char* at, const char* end) {
  return base::find_first(
      at, end,
      // A tab is below 0x20 as well, so the two of it cancel each other.
      [](base::ByteBlock bytes) { return ((bytes < 0x20) ^ (bytes == '\t')) | (bytes == 0x7f); },
      [](char c) { return !is_value_character(c); });
}
/// Whether all of it may. A value has no blanks at its ends; this does not look at that.
[[nodiscard]] inline bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_value_end(text.data(), end) == end;
}

}  // namespace mastic::http
