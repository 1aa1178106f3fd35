// What debug mode shows of an error: the exception and the request, without secrets.

#pragma once

#include <string>

#include "mastic/app/request.h"

namespace mastic::app {

/// "std::runtime_error: the words" of the exception being handled, 4096 bytes of them at the most.
[[nodiscard]] std::string describe_exception();

/// That, and below it the request: target, values, fields. Credentials are blanked out, by the
/// names of what holds them, and queries.
[[nodiscard]] std::string debug_report(Request& request);

}  // namespace mastic::app
