// The head of a request, in any version of HTTP.

#pragma once

#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/method.h"
#include "mastic/http/target.h"
#include "mastic/http/version.h"

namespace mastic::http {

/// The parts of a head: views into the memory of the parser that read it.
struct RequestHead {
  Method method = Method::Get;
  Version version = Version::Http11;
  std::string_view method_text = "GET";
  std::string_view target_text = "/";
  Target target = {.path = "/"};
  std::string_view authority;  ///< host and perhaps port, from the target or else the Host field
  FieldsView fields;
};

}  // namespace mastic::http
