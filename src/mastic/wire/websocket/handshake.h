// The fields with which a WebSocket begins. RFC 6455 §4, RFC 7692 §7.1.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/http/fields.h"
#include "mastic/wire/websocket/deflate.h"

namespace mastic::wire::websocket {

/// Whether `key` is what Sec-WebSocket-Key must be: 16 bytes in base64.
[[nodiscard]] bool is_key(std::string_view key);
/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key.
[[nodiscard]] std::string accept_value(std::string_view key);

/// The first of `supported` that is among the client's Sec-WebSocket-Protocol fields, or nothing.
/// Fails (the outer optional is empty) when a field is not a list of tokens.
[[nodiscard]] std::optional<std::optional<std::string_view>> choose_protocol(
    http::FieldsView fields, std::span<const std::string> supported);

/// What a server is willing to do for permessage-deflate.
struct DeflateOffer {
  bool server_takeover = false;
  bool client_takeover = false;
  std::uint8_t server_window_bits = 11;
  std::uint8_t client_window_bits = 15;
};
/// The first offer of permessage-deflate in the Sec-WebSocket-Extensions fields that can be
/// accepted, and the text with which it is accepted.
struct AcceptedDeflate {
  DeflateParameters parameters;
  std::string extension;  ///< the value of Sec-WebSocket-Extensions in the answer
};
/// Returns nothing when no offer fits. Offers with unknown, repeated or invalid parameters are
/// declined (§7.1), and so is server_max_window_bits=8, which zlib cannot do.
[[nodiscard]] std::optional<AcceptedDeflate> accept_deflate(http::FieldsView fields,
                                                            const DeflateOffer& willing);

}  // namespace mastic::wire::websocket
