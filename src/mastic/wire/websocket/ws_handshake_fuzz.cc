// Reads arbitrary bytes as each field of the handshake. Nothing crashes, a chosen protocol is one of
// ours, and an answer about compression is itself an offer that would be accepted in the same way.

#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/assert.h"
#include "mastic/http/syntax.h"
#include "mastic/wire/websocket/handshake.h"

namespace {

using namespace mastic::wire::websocket;
using mastic::http::FieldEntry;
using mastic::http::FieldName;
using mastic::http::FieldsView;

FieldEntry whole_value(std::string_view value, FieldName name) {
  return {0, 0, static_cast<std::uint32_t>(value.size()), 0, name};
}

std::optional<AcceptedDeflate> accept_value_of(std::string_view value,
                                               const DeflateOffer& willing) {
  const FieldEntry entry = whole_value(value, FieldName::SecWebSocketExtensions);
  return accept_deflate(FieldsView(value.data(), {&entry, 1}), willing);
}

bool are_equal(const DeflateParameters& a, const DeflateParameters& b) {
  return a.server_takeover == b.server_takeover && a.client_takeover == b.client_takeover &&
         a.server_window_bits == b.server_window_bits &&
         a.client_window_bits == b.client_window_bits;
}

void check_deflate(std::string_view value, const DeflateOffer& willing) {
  const auto accepted = accept_value_of(value, willing);
  if (!accepted) return;
  MASTIC_ASSERT(mastic::http::is_field_value(accepted->extension));
  MASTIC_ASSERT(accepted->parameters.server_window_bits >= 9);
  MASTIC_ASSERT(accepted->parameters.server_window_bits <= willing.server_window_bits);
  const auto again = accept_value_of(accepted->extension, willing);
  MASTIC_ASSERT(again && are_equal(again->parameters, accepted->parameters));
  MASTIC_ASSERT(again->extension == accepted->extension);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (is_key(text)) MASTIC_ASSERT(accept_value(text).size() == 28);

  const std::vector<std::string> supported{"chat", "v1"};
  const FieldEntry entry = whole_value(text, FieldName::SecWebSocketProtocol);
  const auto chosen = choose_protocol(FieldsView(text.data(), {&entry, 1}), supported);
  if (chosen && *chosen) MASTIC_ASSERT(text.find(**chosen) != text.npos);

  check_deflate(text, {});
  check_deflate(text, {.server_takeover = true, .client_takeover = true, .client_window_bits = 9});
  return 0;
}
