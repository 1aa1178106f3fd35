#include "mastic/http/file_name.h"

#include <algorithm>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::http {

std::string safe_file_name(std::string_view sent) {
  constexpr std::size_t kMaxBytes = 255;
  std::string_view rest = sent.substr(sent.find_last_of("/\\") + 1);  // npos + 1 is 0
  std::string name;
  while (!rest.empty()) {
    const std::size_t size = base::utf8_character_size(rest);
    const std::string_view character = rest.substr(0, std::max<std::size_t>(size, 1));
    rest.remove_prefix(character.size());
    if (size == 0 || base::is_obeyed(character)) continue;
    if (name.size() + size > kMaxBytes) break;
    name += character;
  }
  name = base::trim(name);
  return name == "." || name == ".." ? std::string() : name;
}

}  // namespace mastic::http
