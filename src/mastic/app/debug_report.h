// What debug mode shows of an error: the exception and the request, without secrets.

#pragma once

#include <string>

#include "mastic/app/request.h"
#include "mastic/async/task_trace.h"

namespace mastic::app {

/// "std::runtime_error: the words" of the exception being handled, 4096 bytes of them at the most,
/// and the awaits that it came through: " (at notes.cc:42, load(int); at site.cc:7, show(int))".
[[nodiscard]] std::string describe_exception();
/// The same for who has the way of the exception from elsewhere: outside of the tasks it left.
[[nodiscard]] std::string describe_exception(const async::TaskTrace& trace);

/// That, and below it the request: target, values, fields. Credentials are blanked out, by the
/// names of what holds them, also in queries (secrets.h).
[[nodiscard]] std::string debug_report(Request& request);

}  // namespace mastic::app
