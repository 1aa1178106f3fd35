// How the content of a message is framed. RFC 9112 §6.

#pragma once

#include <cstdint>

namespace mastic::wire::http1 {

/// How the end of the content of a message is found.
struct Framing {
  enum class Kind : std::uint8_t {
    None,        ///< no content
    Length,      ///< `length` bytes
    Chunked,     ///< chunks until the last one
    UntilClose,  ///< all bytes until the connection ends; responses only
  };
  Kind kind = Kind::None;
  std::uint64_t length = 0;

  friend bool operator==(const Framing&, const Framing&) = default;
};

}  // namespace mastic::wire::http1
