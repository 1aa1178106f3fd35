// Encodings that keep bytes from being taken for something else: percent, HTML, JSON, log lines.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"

namespace mastic::base {

/// Decodes every %XX once and appends the bytes to `out`. A broken escape stays as it stands, so
/// check with `has_valid_escapes` first where that matters. A plus sign stays a plus sign.
void append_percent_decoded(std::string& out, std::string_view text);
[[nodiscard]] std::string percent_decode(std::string_view text);
/// The same into `place`, which has room for `text`; returns how many bytes it became.
[[nodiscard]] std::size_t percent_decode(std::string_view text, char* place);
/// The same in memory of the arena's.
[[nodiscard]] std::string_view percent_decode(std::string_view text,
                                              Arena& memory MASTIC_LIFETIMEBOUND);

/// Whether every % begins an escape of two hexadecimal digits.
[[nodiscard]] bool has_valid_escapes(std::string_view text);

/// What no part of a URL needs an escape for (RFC 3986 §2.3).
[[nodiscard]] bool is_unreserved(char c);
/// Appends `text`, in which every byte that `keeps` is false for becomes %XX.
void append_percent_encoded(std::string& out, std::string_view text, bool (*keeps)(char));
/// Encodes one path segment for a link: all but unreserved characters become %XX.
[[nodiscard]] std::string percent_encode_segment(std::string_view segment);

/// For HTML text and quoted attribute values: & < > " ' become references.
void append_html_escaped(std::string& out, std::string_view text);
[[nodiscard]] std::string html_escape(std::string_view text);

/// The same for text of strangers that people are to see as it is, such as names of files: what
/// would be obeyed and not shown becomes U+FFFD, and so do bytes that are not UTF-8. These are
/// controls, but for tabs and line feeds, and characters that turn the direction of what follows:
/// with U+202E in it, the name of a program reads as that of a PDF. Isolate a name that stands in
/// other text (<bdi>), for letters have a direction too.
void append_html_text(std::string& out, std::string_view text);
[[nodiscard]] std::string html_text(std::string_view text);

/// For the inside of a JSON string: quotes, backslashes, controls and what turns the direction of
/// text are escaped; bytes that are not UTF-8 become U+FFFD, so the result is always
/// valid JSON.
void append_json_escaped(std::string& out, std::string_view text);
/// The same between quotes.
void append_json_string(std::string& out, std::string_view text);

/// For one field of a log line: controls, quotes, backslashes and bytes over 0x7e become \xHH, and
/// what is longer than `most` bytes is cut and marked with "...". A line can so not be forged.
void append_log_escaped(std::string& out, std::string_view text, std::size_t most);

/// For text of a log line that people read: the same, but quotes, backslashes and UTF-8 stay, other
/// than what turns the direction of the line.
void append_log_text_escaped(std::string& out, std::string_view text, std::size_t most);

/// How many bytes of `text` from its start form one valid UTF-8 character; 0 when none does.
[[nodiscard]] std::size_t utf8_character_size(std::string_view text);

}  // namespace mastic::base
