#include "mastic/testing/html/charset.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/testing/html/tag_scanner.h"
#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {
namespace {

/// What 0x80 to 0x9f mean in windows-1252; the other bytes are code points.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

/// The value of the charset in text such as `text/html; charset="utf-8"`.
std::optional<std::string> charset_in(std::string_view content_type) {
  const std::string lower = base::lower_case(content_type);
  for (std::size_t at = lower.find("charset"); at != lower.npos; at = lower.find("charset", at)) {
    at += 7;
    while (at < lower.size() && is_space(lower[at])) ++at;
    if (at >= lower.size() || lower[at] != '=') continue;
    ++at;
    while (at < lower.size() && is_space(lower[at])) ++at;
    std::string_view value = content_type.substr(at);
    if (!value.empty() && (value[0] == '"' || value[0] == '\'')) {
      const char quote = value[0];
      value.remove_prefix(1);
      return std::string(value.substr(0, value.find(quote)));
    }
    return std::string(value.substr(0, value.find_first_of("; \t\n\f\r")));
  }
  return std::nullopt;
}

std::optional<std::string> charset_of_meta(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 1024);
  TagScanner tags(head);
  while (const auto tag = tags.next()) {
    if (tag->name != "meta" || tag->is_end) continue;
    const std::string_view text = head.substr(tag->begin, tag->end - tag->begin);
    if (auto charset = attribute_in(text, "charset")) return charset;
    const auto equivalent = attribute_in(text, "http-equiv");
    if (!equivalent || !base::equal_ignoring_case(*equivalent, "content-type")) continue;
    if (auto charset = charset_in(attribute_in(text, "content").value_or(""))) return charset;
  }
  return std::nullopt;
}

Charset known(const std::string& label) {
  if (const auto charset = parse_charset(label)) return *charset;
  throw std::logic_error(
      "the page is in charset '" + label +
      "', which is not supported: UTF-8, windows-1252 (ISO-8859-1) and UTF-16 are");
}

std::string decode_utf16(std::string_view bytes, bool is_little) {
  std::string out;
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<unsigned char>(bytes[at]);
    const auto b = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(is_little ? a | b << 8 : a << 8 | b);
  };
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    if (at + 1 == bytes.size()) {
      append_character(out, 0xFFFD);
      break;
    }
    const char32_t high = unit(at);
    const bool is_pair = high >= 0xD800 && high < 0xDC00 && at + 3 < bytes.size();
    const char32_t low = is_pair ? unit(at + 2) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      append_character(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      at += 2;
    } else {
      append_character(out, high >= 0xD800 && high < 0xE000 ? 0xFFFD : high);
    }
  }
  return out;
}

}  // namespace

std::string_view name_of(Charset charset) {
  switch (charset) {
    case Charset::Utf8:
      return "UTF-8";
    case Charset::Windows1252:
      return "windows-1252";
    case Charset::Utf16Le:
      return "UTF-16LE";
    case Charset::Utf16Be:
      return "UTF-16BE";
  }
  return {};
}

std::optional<Charset> parse_charset(std::string_view label) {
  static constexpr std::array<std::string_view, 5> kUtf8 = {"utf-8", "utf8", "unicode-1-1-utf-8",
                                                            "unicode20utf8", "x-unicode20utf8"};
  static constexpr std::array<std::string_view, 17> kWestern = {
      "windows-1252", "iso-8859-1", "iso8859-1",  "iso88591",    "iso_8859-1",     "latin1",
      "l1",           "ascii",      "us-ascii",   "cp1252",      "x-cp1252",       "ansi_x3.4-1968",
      "cp819",        "ibm819",     "iso-ir-100", "csisolatin1", "iso_8859-1:1987"};
  const std::string name = base::lower_case(strip(label));
  if (is_one_of(name, kUtf8)) return Charset::Utf8;
  if (is_one_of(name, kWestern)) return Charset::Windows1252;
  if (name == "utf-16" || name == "utf-16le") return Charset::Utf16Le;
  if (name == "utf-16be") return Charset::Utf16Be;
  return std::nullopt;
}

Charset find_charset(std::string_view bytes, std::string_view content_type) {
  if (bytes.starts_with("\xef\xbb\xbf")) return Charset::Utf8;
  if (bytes.starts_with("\xff\xfe")) return Charset::Utf16Le;
  if (bytes.starts_with("\xfe\xff")) return Charset::Utf16Be;
  if (const auto given = charset_in(content_type)) return known(*given);
  if (const auto meta = charset_of_meta(bytes)) {
    const Charset charset = known(*meta);
    // A <meta> that could be read is not in UTF-16.
    return charset == Charset::Windows1252 ? charset : Charset::Utf8;
  }
  return Charset::Utf8;
}

std::string decode(std::string_view bytes, Charset charset) {
  for (const std::string_view mark : {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"}) {
    if (charset != Charset::Windows1252 && bytes.starts_with(mark)) {
      bytes.remove_prefix(mark.size());
      break;
    }
  }
  if (charset == Charset::Utf16Le) return decode_utf16(bytes, true);
  if (charset == Charset::Utf16Be) return decode_utf16(bytes, false);
  std::string out;
  out.reserve(bytes.size());
  while (charset == Charset::Utf8 && !bytes.empty()) append_character(out, take_character(bytes));
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_character(out, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte);
  }
  return out;
}

std::string encode(std::string_view text, Charset charset) {
  if (charset != Charset::Windows1252) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const char32_t code = take_character(text);
    const auto special = std::ranges::find(kWindows1252, code);
    if (code < 0x80 || (code >= 0xA0 && code < 0x100)) {
      out += static_cast<char>(code);
    } else if (special != kWindows1252.end()) {
      out += static_cast<char>(0x80 + (special - kWindows1252.begin()));
    } else {
      out += "&#" + std::to_string(static_cast<std::uint32_t>(code)) + ";";
    }
  }
  return out;
}

char32_t take_character(std::string_view& text) {
  const std::size_t size = base::utf8_character_size(text);
  const auto first = static_cast<unsigned char>(text[0]);
  if (size == 0) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  char32_t code = size == 1 ? first : first & (0x7F >> size);
  for (std::size_t i = 1; i < size; ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  text.remove_prefix(size);
  return code;
}

void append_character(std::string& out, char32_t code) {
  const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6), add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12), add(0x80 | (code >> 6 & 0x3F)), add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18), add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F)), add(0x80 | (code & 0x3F));
  }
}

std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  while (!text.empty()) length += take_character(text) >= 0x10000 ? 2 : 1;
  return length;
}

}  // namespace mastic::testing::html
