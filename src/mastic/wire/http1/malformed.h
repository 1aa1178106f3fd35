// The faults of a message that violates the RFCs of HTTP/1 or is too large. There is no lenient
// mode.

#pragma once

#include <expected>
#include <string_view>

#include "mastic/base/fixed_text.h"
#include "mastic/http/status.h"

namespace mastic::wire::http1 {

/// Why a message is refused. After a refused message, the connection must not carry another
/// message, because the end of the refused one is not known.
struct Malformed {
  http::Status status;      ///< the status with which a server answers before it closes
  std::string_view reason;  ///< a static text for people, which holds no byte of the message
};

/// The only object for a fault in the whole program. A failed Read points to it.
template <base::FixedText Reason, http::Status Status>
inline constexpr Malformed kMalformed{Status, Reason.view()};

/// The result of functions that read heads. Every fault is a constant and is returned by pointer,
/// so that the result fits into registers, and well-formed requests pay nothing for faults.
template <class T>
using Read = std::expected<T, const Malformed*>;

/// Makes a failed Read: `return malformed<"Host is missing">();`
template <base::FixedText Reason, http::Status Status = http::Status::BadRequest>
[[nodiscard]] constexpr std::unexpected<const Malformed*> malformed() {
  return std::unexpected(&kMalformed<Reason, Status>);
}

}  // namespace mastic::wire::http1
