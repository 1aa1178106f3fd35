// Reads frames from arbitrary bytes, as a server and as a client, with and without compression.
// Nothing crashes, limits hold, and what is read does not depend on where the bytes are cut.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/utf8.h"
#include "mastic/wire/websocket/deflate.h"
#include "mastic/wire/websocket/message_parser.h"

namespace {

using namespace mastic::wire::websocket;
using Kind = MessageParser::Event::Kind;

constexpr MessageLimits kLimits{
    .max_message_bytes = 5000, .max_frame_bytes = 4000, .max_fragments = 20};

struct Setting {
  Role role;
  bool is_compressed;
  bool takeover;
};

/// Appends what `event` says to `meaning`.
void note(std::string& meaning, const MessageParser::Event& event) {
  meaning += '0' + static_cast<char>(event.kind);
  meaning.append(std::to_string(static_cast<int>(event.code))).append(event.payload);
}

void check_message(const MessageParser& parser, const std::string& message) {
  MASTIC_ASSERT(message.size() <= kLimits.max_message_bytes);
  MASTIC_ASSERT(!parser.is_text() || mastic::base::is_utf8(message));
  MASTIC_ASSERT(!parser.is_in_message() && parser.is_between_messages());
}

/// What the frames in `bytes` mean when they come in pieces of `piece_size`.
std::string read(std::string_view bytes, std::size_t piece_size, const Setting& setting) {
  std::optional<Inflater> inflater;
  if (setting.is_compressed) inflater.emplace(15, setting.takeover);
  MessageParser parser(setting.role, kLimits, inflater ? &*inflater : nullptr);
  std::string meaning;
  std::string message;
  for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
    std::string_view input = bytes.substr(at, piece_size);
    while (true) {
      const auto event = parser.next(input, message);
      MASTIC_ASSERT(message.size() <= kLimits.max_message_bytes);
      if (event.kind == Kind::NeedMore) {
        MASTIC_ASSERT(input.empty());
        break;
      }
      note(meaning, event);
      if (event.kind == Kind::Malformed) return meaning;
      if (event.kind == Kind::MessageEnd) {
        check_message(parser, message);
        meaning += std::exchange(message, {});
      }
    }
  }
  return meaning + message + (parser.is_between_messages() ? "between" : "within");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const Setting setting{.role = data[0] % 2 == 0 ? Role::Client : Role::Server,
                        .is_compressed = data[0] / 2 % 2 == 0,
                        .takeover = data[0] / 4 % 2 == 0};
  const std::size_t piece = 1 + data[0] / 8 % 7;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  MASTIC_ASSERT(read(bytes, piece, setting) == read(bytes, bytes.size(), setting));
  return 0;
}
