// Step 4 of the tutorial: a missing note becomes a 404. Added to the site of step 3.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "notes/notes.h"

namespace step_4 {

using mastic::HttpError;
using mastic::Response;
using mastic::Router;
using mastic::Status;

inline void answer_missing_notes(Router& site) {
  site.on_exception<NoSuchNote>([](const NoSuchNote& missing) -> Response {
    throw HttpError(Status::NotFound, missing.what());
  });
}

}  // namespace step_4
