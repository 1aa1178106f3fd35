// Completes every answer: adds Vary, and lets a site's policy admit the style of a built-in page.

#pragma once

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

namespace detail {
void complete_as_noted(const Request& request, Response& response) noexcept;
}

/// Names in Vary the preferences that the application asked for (Request::preferred_type and the
/// like). If a layer has set a Content-Security-Policy, makes that policy admit the style of a
/// built-in page. If there is no memory for that, the answer becomes a 503. The exchange calls this
/// function once for each answer, after all layers. The call costs next to nothing when there is
/// nothing to add.
inline void complete_answer(const Request& request, Response& response) noexcept {
  if (!answer_notes(request).empty()) [[unlikely]]
    detail::complete_as_noted(request, response);
}

}  // namespace mastic::app
