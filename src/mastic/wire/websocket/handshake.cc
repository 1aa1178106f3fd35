#include "mastic/wire/websocket/handshake.h"

#include <algorithm>
#include <utility>

#include "mastic/base/sha1.h"
#include "mastic/base/sha256.h"
#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::wire::websocket {
namespace {

using base::trim;
using http::FieldName;

constexpr std::string_view kDeflateName = "permessage-deflate";
constexpr std::uint8_t kMaxWindowBits = 15;

/// An offer of permessage-deflate, as the client wrote it (RFC 7692 §7.1).
struct OfferedDeflate {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  bool client_window = false;  ///< the client lets the server choose client_window_bits
  std::optional<std::uint8_t> server_window_bits = {};
  std::optional<std::uint8_t> client_window_bits = {};
};

/// Reads "8" to "15".
std::optional<std::uint8_t> parse_window_bits(std::string_view digits) {
  const auto number = base::parse_decimal(digits);
  const bool is_short = !digits.empty() && digits.front() != '0';
  if (!number || !is_short || *number < 8 || *number > kMaxWindowBits) return {};
  return static_cast<std::uint8_t>(*number);
}

/// The value of a parameter: a token, which may stand in quotes. Escapes, which no token needs, are
/// not read.
std::string_view read_value(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

/// Adds one parameter to `offer`. Returns false if it is unknown, repeated, or has a value that it
/// may not have: such an offer has to be declined.
bool take_parameter(OfferedDeflate& offer, std::string_view parameter) {
  const auto take_flag = [](bool& flag) { return !std::exchange(flag, true); };
  const std::size_t equals = parameter.find('=');
  const std::string_view name = trim(parameter.substr(0, equals));
  if (equals == parameter.npos) {
    if (name == "server_no_context_takeover") return take_flag(offer.server_no_takeover);
    if (name == "client_no_context_takeover") return take_flag(offer.client_no_takeover);
    return name == "client_max_window_bits" && take_flag(offer.client_window);
  }
  const auto bits = parse_window_bits(read_value(trim(parameter.substr(equals + 1))));
  if (!bits) return false;
  if (name == "client_max_window_bits") {
    offer.client_window_bits = bits;
    return take_flag(offer.client_window);
  }
  return name == "server_max_window_bits" && !std::exchange(offer.server_window_bits, bits);
}

/// Reads one member of the list of extensions; nothing if it is not an offer that can be accepted.
std::optional<OfferedDeflate> read_offer(std::string_view text) {
  std::size_t semicolon = text.find(';');
  if (trim(text.substr(0, semicolon)) != kDeflateName) return {};
  OfferedDeflate offer;
  while (semicolon != text.npos) {
    text.remove_prefix(semicolon + 1);
    semicolon = text.find(';');
    if (!take_parameter(offer, trim(text.substr(0, semicolon)))) return {};
  }
  // zlib deflates with a window of 512 bytes or more.
  if (offer.server_window_bits == 8) return {};
  return offer;
}

AcceptedDeflate accept(const OfferedDeflate& offer, const DeflateOffer& willing) {
  const auto smaller = [](std::optional<std::uint8_t> offered, std::uint8_t wanted) {
    return std::min(offered.value_or(kMaxWindowBits), wanted);
  };
  AcceptedDeflate accepted;
  DeflateParameters& agreed = accepted.parameters;
  agreed.server_takeover = willing.server_takeover && !offer.server_no_takeover;
  agreed.client_takeover = willing.client_takeover && !offer.client_no_takeover;
  agreed.server_window_bits = smaller(offer.server_window_bits, willing.server_window_bits);
  // A client that does not name its window cannot change it, and takes an answer that does for a
  // fault.
  agreed.client_window_bits = offer.client_window
                                  ? smaller(offer.client_window_bits, willing.client_window_bits)
                                  : kMaxWindowBits;

  std::string& text = accepted.extension;
  text = kDeflateName;
  if (!agreed.server_takeover) text += "; server_no_context_takeover";
  if (!agreed.client_takeover) text += "; client_no_context_takeover";
  if (offer.server_window_bits) {
    text += "; server_max_window_bits=";
    base::append_decimal(text, agreed.server_window_bits);
  }
  if (offer.client_window && agreed.client_window_bits < kMaxWindowBits) {
    text += "; client_max_window_bits=";
    base::append_decimal(text, agreed.client_window_bits);
  }
  return accepted;
}

bool is_base64_digit(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '/';
}

}  // namespace

bool is_key(std::string_view key) {
  constexpr std::size_t kDigits = 22;  // of six bits: 16 bytes and a few bits more
  return key.size() == kDigits + 2 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, kDigits), is_base64_digit);
}

std::string accept_value(std::string_view key) {
  const auto digest = base::sha1(std::string(key) += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return base::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<std::optional<std::string_view>> choose_protocol(
    http::FieldsView fields, std::span<const std::string> supported) {
  std::size_t chosen = supported.size();
  for (const http::Field field : fields) {
    if (field.known != FieldName::SecWebSocketProtocol) continue;
    if (field.value.empty()) return {};
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view protocol = trim(base::take_until(rest, ','));
      if (protocol.empty()) continue;  // a list may have empty members (RFC 9110 §5.6.1)
      if (!http::is_token(protocol)) return {};
      const auto found = std::ranges::find(supported, protocol);
      chosen = std::min(chosen, static_cast<std::size_t>(found - supported.begin()));
    }
  }
  if (chosen == supported.size()) return std::optional<std::string_view>();
  return supported[chosen];
}

std::optional<AcceptedDeflate> accept_deflate(http::FieldsView fields,
                                              const DeflateOffer& willing) {
  for (const http::Field field : fields) {
    if (field.known != FieldName::SecWebSocketExtensions) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      if (const auto offer = read_offer(base::take_until(rest, ','))) {
        return accept(*offer, willing);
      }
    }
  }
  return {};
}

}  // namespace mastic::wire::websocket
