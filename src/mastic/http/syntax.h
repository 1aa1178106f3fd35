// The character classes of RFC 9110 §5.6 and RFC 3986, and the checks of field names and values.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mastic/base/byte_block.h"

namespace mastic::http {

/// Classes of characters. Each is a bit in one table, so a check is one lookup per character.
enum class Characters : std::uint8_t {
  Token = 1,  ///< tchar: the characters of names, methods and tokens
  /// The characters of reg-name and IPv4address, except escapes. There is no comma, which could
  /// make a list of two hosts.
  Host = 2,
  /// Visible ASCII, except the characters that RFC 3986 forbids everywhere and that no browser
  /// sends. The characters | ^ ` { } [ ] are allowed: the RFC wants them escaped, but browsers send
  /// them in a query.
  Query = 4,
  Path = 8,  ///< the characters of Query that a path may have, and the `?` after it
  /// The characters of Path that neither end a path nor may keep it from being in normal form.
  PlainPath = 16,
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

/// Whether `c` belongs to the class.
[[nodiscard]] constexpr bool is_one_of(Characters kind, char c) {
  return (detail::kCharacters[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(kind)) !=
         0;
}
/// The first character of [at, end) that does not belong to the class, or `end`.
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
/// The first character from `at` on that does not belong to the class. Requires: a character
/// outside of the class follows, for example the line end.
[[nodiscard]] constexpr const char* skip_to_other(Characters kind, const char* at) {
  while (is_one_of(kind, *at)) ++at;
  return at;
}
/// Whether all characters of `text` belong to the class.
[[nodiscard]] constexpr bool are_all(Characters kind, std::string_view text) {
  const char* const end = text.data() + text.size();
  return skip(kind, text.data(), end) == end;
}

[[nodiscard]] constexpr bool is_token_character(char c) { return is_one_of(Characters::Token, c); }
/// Whether `text` is a token: one or more tchar.
[[nodiscard]] constexpr bool is_token(std::string_view text) {
  return !text.empty() && are_all(Characters::Token, text);
}

/// Whether a field value may contain `c`: any byte except control characters other than tab. Bytes
/// over 0x7f have no meaning here.
[[nodiscard]] constexpr bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}
/// The first character of [at, end) that a field value may not contain, or `end`.
[[nodiscard]] inline const char* find_value_end(const char* at, const char* end) {
  return base::find_first(
      at, end,
      // A tab is below 0x20 too, so for a tab both comparisons are true and cancel each other.
      [](base::ByteBlock bytes) { return ((bytes < 0x20) ^ (bytes == '\t')) | (bytes == 0x7f); },
      [](char c) { return !is_value_character(c); });
}
/// Whether a field value may contain all of `text`. Spaces and tabs at the ends are not checked
/// here.
[[nodiscard]] inline bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_value_end(text.data(), end) == end;
}

}  // namespace mastic::http
