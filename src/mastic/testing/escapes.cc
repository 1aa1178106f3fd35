#include "mastic/testing/escapes.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::testing {
namespace {

// So that a slip of the pen does not fill the memory.
constexpr std::uint64_t kMostRepeated = 16UL << 20;

void append_hex(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
}

/// The byte that a letter after a backslash stands for.
std::optional<char> plain_escape(char letter) {
  constexpr std::string_view kLetters = "\\rtn0";
  constexpr std::string_view kBytes("\\\r\t\n\0", 5);
  const std::size_t found = kLetters.find(letter);
  return found == kLetters.npos ? std::nullopt : std::optional(kBytes[found]);
}

/// Takes `\r` or `\x41` from the front of a text.
char take_escape(std::string_view& text) {
  if (text.starts_with("\\x") && text.size() >= 4) {
    if (const auto byte = base::parse_hexadecimal(text.substr(2, 2))) {
      text.remove_prefix(4);
      return static_cast<char>(*byte);
    }
  } else if (text.size() >= 2) {
    if (const auto byte = plain_escape(text[1])) {
      text.remove_prefix(2);
      return *byte;
    }
  }
  throw std::invalid_argument("'" + std::string(text.substr(0, 4)) +
                              "' is no escape; write \\\\ \\r \\n \\t \\0 or \\xHH");
}

/// Takes `{100*a}` from the front of a text.
void take_repeated(std::string& out, std::string_view& text) {
  const std::size_t star = text.find('*');
  const std::size_t end = text.find('}');
  if (star == text.npos || end == text.npos || end < star)
    throw std::invalid_argument("'" + std::string(text.substr(0, 20)) + "' is not {NUMBER*TEXT}");
  const auto times = base::parse_decimal(text.substr(1, star - 1));
  const std::string unit = unescape(text.substr(star + 1, end - star - 1), true);
  if (!times || *times * std::max<std::size_t>(unit.size(), 1) > kMostRepeated)
    throw std::invalid_argument("'" + std::string(text.substr(0, end + 1)) + "' is too long");
  for (std::uint64_t i = 0; i < *times; ++i) out += unit;
  text.remove_prefix(end + 1);
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes, bool escapes_lines) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    const std::size_t size = std::max<std::size_t>(base::utf8_character_size(bytes), 1);
    const std::string_view character = bytes.substr(0, size);
    bytes.remove_prefix(size);
    const bool is_last = bytes.empty() || bytes.front() == '\n';
    if (c == '\n' && !escapes_lines) {
      out += '\n';
    } else if (c == '\\' || c == '\r' || c == '\n' || c == '\t') {
      out.append("\\").append(1, c == '\r' ? 'r' : c == '\n' ? 'n' : c == '\t' ? 't' : c);
    } else if (c == ' ' && is_last) {
      append_hex(out, c);
    } else if (size == 1 ? c >= ' ' && c <= '~' : !base::is_obeyed(character)) {
      out += character;
    } else {
      for (const char byte : character) append_hex(out, byte);
    }
  }
}

std::string unescape(std::string_view text, bool repeats) {
  std::string bytes;
  while (!text.empty()) {
    if (text.front() == '\\') {
      bytes += take_escape(text);
    } else if (repeats && text.size() > 1 && text.front() == '{' && base::is_digit(text[1])) {
      take_repeated(bytes, text);
    } else {
      bytes += text.front();
      text.remove_prefix(1);
    }
  }
  return bytes;
}

}  // namespace mastic::testing
