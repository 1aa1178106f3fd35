#include "mastic/base/encoding.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

constexpr std::string_view kUpperDigits = "0123456789ABCDEF";
constexpr std::string_view kLowerDigits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view digits, unsigned char byte) {
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

bool starts_escape(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

/// Decodes to `out`, which has room for all of `text`, and returns the decoded size.
std::size_t decode_into(char* out, std::string_view text) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_escape(text.substr(i))) {
      out[size++] = static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
      i += 2;
    } else {
      out[size++] = text[i];
    }
  }
  return size;
}

void append_hex_escape(std::string& out, char c) {
  out += "\\x";
  append_hex(out, kUpperDigits, static_cast<unsigned char>(c));
}

/// Whether terminals take the character for a control character: C0, DEL, and C1, which UTF-8
/// writes in two bytes.
bool is_control(std::string_view character) {
  if (character[0] == '\xc2') return static_cast<unsigned char>(character[1]) < 0xa0;
  return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f;
}

/// Whether the character sets the direction of what follows (U+061C, U+200E and F, U+202A to E,
/// U+2066 to 9) or breaks a line (U+2028 and 9).
bool is_layout(std::string_view character) {
  if (character == "\u061c") return true;
  const bool may_be = character.starts_with("\xe2\x80") || character.starts_with("\xe2\x81");
  if (!may_be) return false;
  const auto within = [&](std::string_view first, std::string_view last) {
    return character >= first && character <= last;
  };
  return within("\u200e", "\u200f") || within("\u2028", "\u202e") || within("\u2066", "\u2069");
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

constexpr std::uint64_t kEveryByte = 0x0101010101010101;

/// Whether any byte of `word` has to be escaped in a JSON string or is not ASCII.
///
/// Each byte reports in its high bit. A quote or backslash becomes 0 by the exclusive or, and
/// taking 1 off 0 borrows into that bit, as does taking 0x20 off a control. Adding 1 to 0x7f sets
/// that bit too, and in bytes that are not ASCII it is set already. `& ~bytes` keeps high bytes out
/// of the subtractions. A borrow or carry may spill into the next byte, but only from a byte that
/// has reported, so the answer for the whole word is right.
bool has_special_byte(std::uint64_t word) {
  const auto zero_in = [](std::uint64_t bytes) { return (bytes - kEveryByte) & ~bytes; };
  const std::uint64_t special = zero_in(word ^ kEveryByte * '"') |
                                zero_in(word ^ kEveryByte * '\\') |
                                ((word - kEveryByte * 0x20) & ~word) | (word + kEveryByte) | word;
  return (special & kEveryByte * 0x80) != 0;
}

bool is_special_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\';
}

/// Whether all of `text` is ASCII that needs no escapes in a JSON string.
bool is_plain_json(std::string_view text) {
  std::uint64_t word = 0;
  if (text.size() < sizeof word) return std::ranges::none_of(text, is_special_byte);
  const std::size_t last = text.size() - sizeof word;
  for (std::size_t at = 0; at < last; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (has_special_byte(word)) return false;
  }
  // The last eight bytes, some of which are checked twice: cheaper than a loop over the rest.
  std::memcpy(&word, text.data() + last, sizeof word);
  return !has_special_byte(word);
}

/// How many bytes at the start of `text` need no escapes in a JSON string.
std::size_t plain_json_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool is_ascii = static_cast<unsigned char>(text[at]) < 0x80;
    if (is_ascii && is_special_byte(text[at])) break;
    const std::size_t size = is_ascii ? 1 : utf8_character_size(text.substr(at));
    if (size == 0 || (size > 1 && is_obeyed(text.substr(at, size)))) break;
    at += size;
  }
  return at;
}

void append_json_unit(std::string& out, unsigned unit) {
  out += "\\u";
  append_hex(out, kLowerDigits, static_cast<unsigned char>(unit >> 8));
  append_hex(out, kLowerDigits, static_cast<unsigned char>(unit & 0xff));
}

/// Takes the first character off `text` and appends its escape. Only characters that
/// `plain_json_size` stops at reach this function. None of them takes four bytes in UTF-8, so there
/// are no surrogate pairs.
void take_json_escape(std::string& out, std::string_view& text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const std::size_t size = std::max<std::size_t>(utf8_character_size(text), 1);
  if (size == 3) {
    append_json_unit(out, (byte(0) & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u));
  } else if (size == 2) {
    append_json_unit(out, (byte(0) & 31u) << 6 | (byte(1) & 63u));
  } else if (byte(0) >= 0x80) {
    append_json_unit(out, 0xfffd);
  } else if (text[0] == '"' || text[0] == '\\') {
    out.append({'\\', text[0]});
  } else {
    append_json_unit(out, byte(0));
  }
  text.remove_prefix(size);
}

}  // namespace

bool is_obeyed(std::string_view character) { return is_control(character) || is_layout(character); }

void append_percent_decoded(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + text.size());
  out.resize(before + decode_into(out.data() + before, text));
}

std::string percent_decode(std::string_view text) {
  std::string out;
  append_percent_decoded(out, text);
  return out;
}

std::size_t percent_decode(std::string_view text, char* place) { return decode_into(place, text); }

std::string_view percent_decode(std::string_view text, Arena& memory) {
  auto* const place = static_cast<char*>(memory.allocate(text.size(), 1));
  return {place, decode_into(place, text)};
}

bool has_valid_escapes(std::string_view text) {
  for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    if (!starts_escape(text.substr(at))) return false;
  }
  return true;
}

bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_percent_encoded(std::string& out, std::string_view text, bool (*keeps)(char)) {
  for (const char c : text) {
    if (keeps(c)) {
      out += c;
    } else {
      out += '%';
      append_hex(out, kUpperDigits, static_cast<unsigned char>(c));
    }
  }
}

std::string percent_encode_segment(std::string_view segment) {
  std::string out;
  append_percent_encoded(out, segment, is_unreserved);
  return out;
}

void append_html_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

std::string html_escape(std::string_view text) {
  std::string out;
  append_html_escaped(out, text);
  return out;
}

void append_html_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    const bool is_space = character == "\t" || character == "\n";
    if (size == 0 || (is_obeyed(character) && !is_space)) {
      out += "\ufffd";
    } else {
      append_html_escaped(out, character);
    }
    text.remove_prefix(character.size());
  }
}

std::string html_text(std::string_view text) {
  std::string out;
  append_html_text(out, text);
  return out;
}

void append_json_escaped(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t plain = plain_json_size(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    take_json_escape(out, text);
  }
}

void append_json_string(std::string& out, std::string_view text) {
  if (!is_plain_json(text)) {
    out += '"';
    append_json_escaped(out, text);
    out += '"';
    return;
  }
  const std::size_t before = out.size();
  const std::size_t after = before + text.size() + 2;
  // The size is a capture, because GCC 12 passes the capacity instead of it.
  out.resize_and_overwrite(after, [&](char* to, std::size_t) {
    to[before] = '"';
    text.copy(to + before + 1, text.size());
    to[after - 1] = '"';
    return after;
  });
}

void append_log_escaped(std::string& out, std::string_view text, std::size_t most) {
  for (const char c : text.substr(0, most)) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
      append_hex_escape(out, c);
    } else {
      out += c;
    }
  }
  if (text.size() > most) out += "...";
}

void append_log_text_escaped(std::string& out, std::string_view text, std::size_t most) {
  for (std::string_view rest = text.substr(0, most); !rest.empty();) {
    const std::size_t size = utf8_character_size(rest);
    const std::string_view character = rest.substr(0, size == 0 ? 1 : size);
    if (size == 0 || is_obeyed(character)) {
      for (const char c : character) append_hex_escape(out, c);
    } else {
      out.append(character);
    }
    rest.remove_prefix(character.size());
  }
  if (text.size() > most) out += "...";
}

std::size_t utf8_character_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool too_large = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

}  // namespace mastic::base
