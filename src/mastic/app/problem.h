// What went wrong with a request, as its client is told (RFC 9457).

#pragma once

#include <string>
#include <vector>

#include "mastic/app/field_errors.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// What a client is told of an error. Pages show it as text, as HTML or as JSON.
struct Problem {
  /// The status of the answer.
  http::Status status = http::Status::InternalServerError;
  std::string detail;              ///< a sentence, or empty
  std::vector<FieldError> errors;  ///< what is wrong with the fields of an input
  std::string reference;           ///< the id under which the log has more; empty if it has nothing
  std::string inside;              ///< the exception and the request; in debug mode only
};

}  // namespace mastic::app
