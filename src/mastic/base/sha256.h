// SHA-256 (FIPS 180-4), for text that the program itself has: what a policy names by its hash.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mastic::base {

/// The digest of `text`. It is not fast, and its time depends on nothing but the length of `text`.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view text);

/// `bytes` in Base64 with padding (RFC 4648 §4).
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace mastic::base
