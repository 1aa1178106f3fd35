// SHA-1 (FIPS 180-4), for protocols that prescribe it, such as the handshake of WebSockets.
//
// Not for security: two texts with the same digest can be made. Where that matters, use sha256.h.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mastic::base {

/// Returns the digest of `text`. The function is slow.
[[nodiscard]] std::array<std::uint8_t, 20> sha1(std::string_view text);

}  // namespace mastic::base
