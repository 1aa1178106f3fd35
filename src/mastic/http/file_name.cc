#include "mastic/http/file_name.h"

#include <algorithm>
#include <cstdint>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::http {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// The format characters of Unicode 16 (Cf, and what is reserved for more of them) that have no
/// shape of their own: soft hyphen, zero-width spaces and joiners, marks and isolates of direction,
/// invisible signs, annotations, shape controls and tags. With one of them in it, a name looks like
/// another name. The others, such as the Arabic number signs, are seen.
constexpr Range kInvisible[] = {
    {0xad, 0xad},       {0x61c, 0x61c},     {0x180e, 0x180e},   {0x200b, 0x200f},
    {0x202a, 0x202e},   {0x2060, 0x206f},   {0xfeff, 0xfeff},   {0xfff0, 0xfffb},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff},
};

/// The code point of a character that is valid UTF-8.
std::uint32_t code_point(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  const std::size_t size = character.size();
  std::uint32_t code = size == 1 ? lead : lead & (0x7fU >> size);
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 63U);
  return code;
}

bool is_invisible(std::string_view character) {
  const std::uint32_t code = code_point(character);
  return std::ranges::any_of(
      kInvisible, [&](const Range& range) { return code >= range.first && code <= range.last; });
}

}  // namespace

std::string safe_file_name(std::string_view sent) {
  constexpr std::size_t kMaxBytes = 255;
  std::string_view rest = sent.substr(sent.find_last_of("/\\") + 1);  // npos + 1 is 0
  std::string name;
  while (!rest.empty()) {
    const std::size_t size = base::utf8_character_size(rest);
    const std::string_view character = rest.substr(0, std::max<std::size_t>(size, 1));
    rest.remove_prefix(character.size());
    if (size == 0 || base::is_obeyed(character) || is_invisible(character)) continue;
    if (name.size() + size > kMaxBytes) break;
    name += character;
  }
  name = base::trim(name);
  return name == "." || name == ".." ? std::string() : name;
}

}  // namespace mastic::http
