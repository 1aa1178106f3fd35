#include "mastic/websocket/compression.h"

namespace mastic::websocket {

using wire::websocket::Deflater;

namespace {

/// The quickest level: others take two to four times as long and save a few percent.
constexpr std::uint8_t kLevel = 1;
constexpr std::uint8_t kCommonWindowBits = 11;
constexpr std::uint8_t kCommonMemoryLevel = 4;

}  // namespace

MessageCompression::MessageCompression(const wire::websocket::DeflateParameters& agreed,
                                       const Compression& options)
    : options_(options),
      agreed_(agreed),
      inflater_(agreed.client_window_bits, agreed.client_takeover) {
  if (!agreed.server_takeover) return;
  own_ = std::make_unique<Deflater>(agreed.server_window_bits, options.memory_level, kLevel, true);
}

/// With takeover, what was compressed has to be sent, because the client's window has to follow.
bool MessageCompression::compress(std::string& to, std::string_view payload, LoopShare& share) {
  if (payload.size() < options_.min_bytes || payload.empty()) return false;
  Deflater& deflater =
      own_ ? *own_ : share.deflater(agreed_.server_window_bits, options_.memory_level, kLevel);
  deflater.append(to, payload, true);
  return own_ || to.size() < payload.size();
}

bool MessageCompression::takes_common_form(std::size_t size) const {
  return !own_ && size >= options_.min_bytes && agreed_.server_window_bits >= kCommonWindowBits;
}

std::string compress_for_all(std::string_view payload) {
  std::string compressed;
  Deflater deflater(kCommonWindowBits, kCommonMemoryLevel, kLevel, false);
  deflater.append(compressed, payload, true);
  return compressed;
}

}  // namespace mastic::websocket
