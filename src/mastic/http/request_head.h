// What the head of a request says, in any version of HTTP.

#pragma once

#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/method.h"
#include "mastic/http/target.h"
#include "mastic/http/version.h"

namespace mastic::http {

/// Views into the memory of whoever read it.
struct RequestHead {
  Method method = Method::Get;
  Version version = Version::Http11;
  std::string_view method_text = "GET";
  std::string_view target_text = "/";
  Target target = {.path = "/"};
  std::string_view authority;  ///< host and perhaps port: the target's, else the Host field's
  FieldsView fields;
};

}  // namespace mastic::http
