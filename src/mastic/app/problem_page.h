// The built-in pages for problems: plain text, HTML, and JSON as RFC 9457 has it.

#pragma once

#include "mastic/app/problem.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

/// The form that the client likes best.
[[nodiscard]] Response problem_page(Request& request, const Problem& problem);
/// JSON whatever the client likes, for an API that speaks nothing else:
/// `site.on_error([](Request&, const Problem& problem) { return problem_json(problem); })`.
[[nodiscard]] Response problem_json(const Problem& problem);
/// Plain text, for those who say nothing of what they like.
[[nodiscard]] Response plain_problem_page(const Problem& problem);

}  // namespace mastic::app
