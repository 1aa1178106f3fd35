// What left a handler, in words for the log.

#pragma once

#include <string>

namespace mastic::sockets {

/// Describes the exception that is being handled.
[[nodiscard]] std::string describe_fault() noexcept;

}  // namespace mastic::sockets
