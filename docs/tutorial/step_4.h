// Step 4 of the tutorial: what is missing is said. Added to the site of step 3.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "notes/notes.h"

namespace step_4 {

using mastic::HttpError;
using mastic::Response;
using mastic::Router;
using mastic::Status;

inline void say_what_is_missing(Router& site) {
  site.on_exception<NoSuchNote>([](const NoSuchNote& missing) -> Response {
    throw HttpError(Status::NotFound, missing.what());
  });
}

}  // namespace step_4
