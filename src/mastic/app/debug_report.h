// What debug mode shows of an error: the exception and the request, without secrets.

#pragma once

#include <string>

#include "mastic/app/request.h"
#include "mastic/async/task_trace.h"

namespace mastic::app {

/// Describes the exception being handled: its type and at most 4096 bytes of its message, such as
/// "std::runtime_error: the words", and the awaits that it came through:
/// " (at notes.cc:42, load(int); at site.cc:7, show(int))".
[[nodiscard]] std::string describe_exception();
/// Describes the exception being handled in the same way, but with the awaits of `trace`. This is
/// for code outside of the tasks that the exception has left.
[[nodiscard]] std::string describe_exception(const async::TaskTrace& trace);

/// Describes the exception being handled and, below it, the request: target, path values, fields.
/// Credentials are blanked out, also in queries; they are recognized by their names (secrets.h).
[[nodiscard]] std::string debug_report(Request& request);

}  // namespace mastic::app
