// The built-in pages for problems: plain text, HTML, and JSON as RFC 9457 has it.

#pragma once

#include "mastic/app/problem.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

/// Makes the page in the form that the client prefers.
[[nodiscard]] Response problem_page(Request& request, const Problem& problem);
/// Makes JSON, whatever the client prefers, for an API that has no other form:
/// `site.on_error([](Request&, const Problem& problem) { return problem_json(problem); })`.
[[nodiscard]] Response problem_json(const Problem& problem);
/// Makes plain text, for clients that state no preference.
[[nodiscard]] Response plain_problem_page(const Problem& problem);

}  // namespace mastic::app
