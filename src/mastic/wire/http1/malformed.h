// A message that is not HTTP/1 as the RFCs have it, or too large. There is no lenient reading.

#pragma once

#include <expected>
#include <string_view>

#include "mastic/base/fixed_text.h"
#include "mastic/http/status.h"

namespace mastic::wire::http1 {

/// After it, the connection never carries another message.
struct Malformed {
  http::Status status;      ///< what a server answers before it closes
  std::string_view reason;  ///< a static text for people, with nothing of the message in it
};

/// A fault that stands in the program once.
template <base::FixedText Reason, http::Status Status>
inline constexpr Malformed kMalformed{Status, Reason.view()};

/// What readers of heads return. Every fault is a constant, so that both outcomes of reading fit into
/// registers, and a request pays nothing for faults that it does not have.
template <class T>
using Read = std::expected<T, const Malformed*>;

/// `return malformed<"Host is missing">();` where a Read is returned.
template <base::FixedText Reason, http::Status Status = http::Status::BadRequest>
[[nodiscard]] constexpr std::unexpected<const Malformed*> malformed() {
  return std::unexpected(&kMalformed<Reason, Status>);
}

}  // namespace mastic::wire::http1
