// The last layer of every answer: Vary, from what the answer depends on, and the policy that its own
// page needs.

#pragma once

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

namespace detail {
void add_what_was_noted(const Request& request, Response& response);
}

/// Has Vary name the preferences that were asked for (Request::preferred_type and its kin), and a
/// Content-Security-Policy that a layer set let the style of a built-in page pass. Called once for
/// each answer, by its exchange; costs a look when there is nothing to do.
inline void complete_answer(Request& request, Response& response) {
  if (!answer_notes(request).empty()) [[unlikely]]
    detail::add_what_was_noted(request, response);
}

}  // namespace mastic::app
