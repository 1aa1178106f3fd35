// Completes every answer: adds Vary, and lets a site's policy admit the style of a built-in page.

#pragma once

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

namespace detail {
void add_what_was_noted(const Request& request, Response& response);
}

/// Names in Vary the preferences that the application asked for (Request::preferred_type and the
/// like). If a layer has set a Content-Security-Policy, lets it admit the style of a built-in page.
/// The exchange calls it once for each answer, after all layers. It costs next to nothing when
/// there is nothing to do.
inline void complete_answer(Request& request, Response& response) {
  if (!answer_notes(request).empty()) [[unlikely]]
    detail::add_what_was_noted(request, response);
}

}  // namespace mastic::app
