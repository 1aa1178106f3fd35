// Completes every answer: adds Vary, and lets a site's policy admit the style of a built-in page.

#pragma once

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

namespace detail {
void add_what_was_noted(const Request& request, Response& response);
}

/// Names in Vary the preferences that the application asked for (Request::preferred_type and the
/// like). If a layer has set a Content-Security-Policy, makes that policy admit the style of a
/// built-in page. The exchange calls this function once for each answer, after all layers. The call
/// costs next to nothing when there is nothing to add.
inline void complete_answer(Request& request, Response& response) {
  if (!answer_notes(request).empty()) [[unlikely]]
    detail::add_what_was_noted(request, response);
}

}  // namespace mastic::app
