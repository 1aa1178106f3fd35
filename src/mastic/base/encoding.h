// Encodings that keep bytes from being taken for something else: percent, HTML, JSON, log lines;
// and which text is printable.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"

namespace mastic::base {

/// Decodes every %XX once and appends the bytes to `out`. A malformed escape is kept as it is, so
/// check with `has_valid_escapes` first where that matters. A plus sign stays a plus sign.
void append_percent_decoded(std::string& out, std::string_view text);
/// Returns `text` with every %XX decoded, as `append_percent_decoded` does it.
[[nodiscard]] std::string percent_decode(std::string_view text);
/// Decodes `text` into `place`, which must have room for all of `text`; returns the decoded size.
[[nodiscard]] std::size_t percent_decode(std::string_view text, char* place);
/// Decodes `text` into memory of the arena. The result lives as long as the arena.
[[nodiscard]] std::string_view percent_decode(std::string_view text,
                                              Arena& memory MASTIC_LIFETIMEBOUND);

/// Whether every % begins an escape of two hexadecimal digits.
[[nodiscard]] bool has_valid_escapes(std::string_view text);

/// Whether `c` is an unreserved character, which no part of a URL has to escape (RFC 3986 §2.3).
[[nodiscard]] bool is_unreserved(char c);
/// Appends `text` with every byte for which `keeps` is false written as %XX.
void append_percent_encoded(std::string& out, std::string_view text, bool (*keeps)(char));
/// Encodes one segment of a path for a link: everything but unreserved characters becomes %XX.
[[nodiscard]] std::string percent_encode_segment(std::string_view segment);

/// Appends `text` for HTML content and quoted attribute values: & < > " ' become references.
void append_html_escaped(std::string& out, std::string_view text);
/// Returns `text` with & < > " ' as references.
[[nodiscard]] std::string html_escape(std::string_view text);

/// Appends untrusted text, such as the name of a file, so that people see what it really is.
/// Escapes as `append_html_escaped` does, and writes U+FFFD for bytes that are not UTF-8 and for
/// characters that a browser obeys rather than shows: controls other than tab and line feed, and
/// characters that set the direction of text. With U+202E in its name, a program can look like a
/// PDF. Put <bdi> around a name inside other text: letters have a direction too.
void append_html_text(std::string& out, std::string_view text);
/// Returns untrusted text as `append_html_text` writes it.
[[nodiscard]] std::string html_text(std::string_view text);

/// Appends `text`, escaped for use inside a JSON string. Escapes quotes, backslashes, control
/// characters and characters that change the direction of text; replaces bytes that are not UTF-8
/// by U+FFFD, so the result is always valid.
void append_json_escaped(std::string& out, std::string_view text);
/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

/// Appends `text` as one field of a log line. Controls, quotes, backslashes and bytes over 0x7e
/// become \xHH, so no value can forge a line. Text longer than `most` bytes is truncated and ends
/// in "...".
void append_log_escaped(std::string& out, std::string_view text, std::size_t most);

/// Appends `text` as the part of a log line that people read. Controls, bytes that are not UTF-8
/// and characters that set the direction of text become \xHH; quotes, backslashes and other UTF-8
/// stay. Text longer than `most` bytes is truncated and ends in "...".
void append_log_text_escaped(std::string& out, std::string_view text, std::size_t most);

/// How many bytes the UTF-8 character at the start of `text` has; 0 when no valid character starts
/// there.
[[nodiscard]] std::size_t utf8_character_size(std::string_view text);

/// Whether a terminal or browser acts on a UTF-8 character instead of showing it: a control
/// character, or one that sets the direction of text or breaks a line. Requires: `character` is one
/// whole character.
[[nodiscard]] bool is_obeyed(std::string_view character);

}  // namespace mastic::base
