#include "mastic/wire/messages/message_table_testing.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "mastic/base/text.h"

namespace mastic::wire {
namespace {

/// Replaces `\r \n \t \0 \\ \xHH`, and `{N*text}`, where the text may contain escapes.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && base::is_digit(text[i + 1])) {
      const std::size_t star = text.find('*', i);
      const std::size_t end = text.find('}', star);
      const auto times = base::parse_decimal(text.substr(i + 1, star - i - 1)).value();
      const std::string unit = unescape(text.substr(star + 1, end - star - 1));
      for (std::uint64_t n = 0; n < times; ++n) out += unit;
      i = end;
    } else if (text[i] == '\\') {
      switch (const char c = text[++i]) {
        case 'r':
          out += '\r';
          break;
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        case '0':
          out += '\0';
          break;
        case 'x':
          out += static_cast<char>(base::parse_hexadecimal(text.substr(i + 1, 2)).value());
          i += 2;
          break;
        default:
          out += c;
      }
    } else {
      out += text[i];
    }
  }
  return out;
}

/// A line of meaning is taken literally, unless it is a repetition, which is expanded to lines.
std::string read_meaning(std::string_view text) {
  if (!text.starts_with('{')) return std::string(text) + "\n";
  return unescape(text);
}

}  // namespace

std::vector<MessageCase> read_message_table(std::string_view file) {
  const std::string path =
      std::string(MASTIC_SOURCE_DIR) + "/src/mastic/wire/messages/" + std::string(file);
  std::ifstream input(path);
  std::vector<MessageCase> cases;
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    const std::string_view text = line;
    if (text.empty() || text.starts_with('#')) continue;
    if (text.starts_with('[') && text.ends_with(']')) {
      cases.push_back({std::string(text.substr(1, text.size() - 2)), {}, {}});
    } else if (text.starts_with("> ") && !cases.empty()) {
      cases.back().bytes += unescape(text.substr(2));
    } else if (text.starts_with("= ") && !cases.empty()) {
      cases.back().meaning += read_meaning(text.substr(2));
    } else {
      std::fprintf(stderr, "%s:%d: neither a name nor bytes nor a meaning\n", path.c_str(), number);
      std::abort();
    }
  }
  if (cases.empty()) std::abort();
  return cases;
}

std::string show_bytes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02X", byte);
      out += escaped;
    }
  }
  return out;
}

}  // namespace mastic::wire
