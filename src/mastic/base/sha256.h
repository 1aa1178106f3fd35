// SHA-256 (FIPS 180-4), for short texts of the program itself, such as a style that a
// Content-Security-Policy names by its hash.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mastic::base {

/// Returns the digest of `text`. The function is slow, and the time that it takes depends only on
/// the length of `text`.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view text);

/// Returns `bytes` in Base64 with padding (RFC 4648 §4).
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace mastic::base
