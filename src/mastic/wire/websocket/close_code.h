// Why a WebSocket was closed. RFC 6455 §7.4.

#pragma once

#include <cstdint>

namespace mastic::wire::websocket {

/// A number of RFC 6455 §7.4.1 and its registry. Codes from 3000 to 4999 are for libraries and
/// applications.
enum class CloseCode : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  UnsupportedData = 1003,
  NoStatus = 1005,  ///< never sent: the peer has closed without a code
  Abnormal = 1006,  ///< never sent: the connection was lost without a close frame
  InvalidData = 1007,
  PolicyViolation = 1008,
  TooBig = 1009,
  MandatoryExtension = 1010,
  InternalError = 1011,
  ServiceRestart = 1012,
  TryAgainLater = 1013,
  BadGateway = 1014,
};

/// Whether a close frame may carry `code`: 1000 to 1003, 1007 to 1014, and 3000 to 4999.
[[nodiscard]] constexpr bool may_be_sent(CloseCode code) {
  const auto number = static_cast<std::uint16_t>(code);
  return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014) ||
         (number >= 3000 && number <= 4999);
}

}  // namespace mastic::wire::websocket
