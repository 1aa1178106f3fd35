// Protocol versions (RFC 9110 §2.5).

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::http {

/// The protocol version of a message.
enum class Version : std::uint8_t { Http10, Http11, Http2 };

/// The name of a version: "HTTP/1.1".
[[nodiscard]] constexpr std::string_view to_string(Version version) {
  switch (version) {
    case Version::Http10:
      return "HTTP/1.0";
    case Version::Http11:
      return "HTTP/1.1";
    case Version::Http2:
      return "HTTP/2";
  }
  return "HTTP/?";
}

}  // namespace mastic::http
