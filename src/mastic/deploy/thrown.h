// What code of other people has thrown, as the end of a message.

#pragma once

#include <string>

namespace mastic::deploy {

/// Returns the message of the exception that is being handled, whatever its type is. Requires: it is
/// called within a `catch`.
[[nodiscard]] std::string thrown_message();

}  // namespace mastic::deploy
