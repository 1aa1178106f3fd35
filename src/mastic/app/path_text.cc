#include "mastic/app/path_text.h"

#include "mastic/base/encoding.h"

namespace mastic::app {

std::string encode_literal(std::string_view text) {
  std::string encoded;
  base::append_percent_encoded(encoded, text, [](char c) { return c > 0x20 && c < 0x7f; });
  return encoded;
}

}  // namespace mastic::app
