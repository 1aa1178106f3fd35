// Deflates arbitrary bytes and inflates the result, which gives the same bytes; and inflates
// arbitrary bytes, which never gives more than is allowed, wherever they are cut.

#include <string>
#include <string_view>

#include "mastic/base/assert.h"
#include "mastic/wire/websocket/deflate.h"

namespace {

using namespace mastic::wire::websocket;

/// Sends `text` as two messages, in pieces, through a deflater and an inflater.
void check_identity(std::string_view text, std::size_t piece_size, unsigned setting) {
  const auto window_bits = static_cast<std::uint8_t>(9 + setting % 7);
  const bool takeover = setting % 2 == 0;
  const auto memory_level = static_cast<std::uint8_t>(1 + setting % 9);
  Deflater deflater(window_bits, memory_level, 1, takeover);
  Inflater inflater(window_bits, takeover);
  const std::string_view messages[] = {text, text.substr(text.size() / 2)};
  for (const std::string_view message : messages) {
    std::string compressed;
    for (std::size_t at = 0; at < message.size(); at += piece_size) {
      deflater.append(compressed, message.substr(at, piece_size), false);
    }
    deflater.append(compressed, {}, true);
    MASTIC_ASSERT(!compressed.empty());
    std::string inflated;
    const auto result = inflater.append(inflated, compressed, true, message.size());
    MASTIC_ASSERT(result == Inflater::Result::Ok);
    MASTIC_ASSERT(inflated == message);
  }
}

struct Inflated {
  Inflater::Result result = Inflater::Result::Ok;
  std::string content;
  bool operator==(const Inflated&) const = default;
};

Inflated inflate_in_pieces(std::string_view bytes, std::size_t piece_size, std::size_t most) {
  Inflater inflater(15, false);
  Inflated inflated;
  for (std::size_t at = 0; at < bytes.size() && inflated.result == Inflater::Result::Ok;
       at += piece_size) {
    const std::string_view piece = bytes.substr(at, piece_size);
    inflated.result = inflater.append(inflated.content, piece, at + piece.size() == bytes.size(),
                                      most - inflated.content.size());
    MASTIC_ASSERT(inflated.content.size() <= most);
  }
  return inflated;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0] % 31;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_identity(bytes, 16 * piece, data[0]);
  const std::size_t most = data[0] % 16 * std::size_t{1000};
  MASTIC_ASSERT(inflate_in_pieces(bytes, piece, most) ==
                inflate_in_pieces(bytes, bytes.size(), most));
  return 0;
}
