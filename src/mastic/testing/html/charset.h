// The encodings of pages: which one a page has, and its text in UTF-8. WHATWG Encoding.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::testing::html {

/// The encodings that are read and written.
enum class Charset : std::uint8_t { Utf8, Windows1252, Utf16Le, Utf16Be };

/// The name of an encoding, such as "UTF-8".
[[nodiscard]] std::string_view name_of(Charset charset);
/// The encoding that a label such as "latin1" stands for; nullopt for a label that is not known here.
[[nodiscard]] std::optional<Charset> parse_charset(std::string_view label);
/// Finds the encoding of a page as the standard wants it: a byte order mark, then the charset of
/// `content_type`, then a <meta> in the first 1024 bytes, else UTF-8. Throws std::logic_error for an
/// encoding that is not one of ours, with its name.
[[nodiscard]] Charset find_charset(std::string_view bytes, std::string_view content_type);

/// Returns `bytes` as UTF-8, without a byte order mark. What is malformed becomes U+FFFD.
[[nodiscard]] std::string decode(std::string_view bytes, Charset charset);
/// Returns UTF-8 text in an encoding, as a form of such a page is submitted: a character that the
/// encoding lacks becomes a reference such as &#8364;. UTF-16 gives UTF-8, as in browsers.
[[nodiscard]] std::string encode(std::string_view text, Charset charset);

/// Takes a character from the front of `text`: its code point, or U+FFFD for a byte that is not
/// UTF-8. Requires: `text` is not empty.
[[nodiscard]] char32_t take_character(std::string_view& text);
/// Appends a code point as UTF-8.
void append_character(std::string& out, char32_t code);
/// The length of UTF-8 text as browsers count it, in units of UTF-16.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

}  // namespace mastic::testing::html
