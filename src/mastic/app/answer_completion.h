// What is added to an answer when all layers have seen it: what it depends on, and what its page needs.

#pragma once

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

/// Has Vary name the preferences that were asked for (Request::preferred_type and its kin), and a
/// Content-Security-Policy that a layer set let the style of a built-in page pass. Called once for
/// each answer, by its exchange; costs a look when there is nothing to do.
void complete_answer(Request& request, Response& response);

}  // namespace mastic::app
