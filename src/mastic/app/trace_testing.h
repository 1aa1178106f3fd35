// A middleware that shows in which order middleware is called.

#pragma once

#include <optional>
#include <string>

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::app {

/// Records when a request passes it, on the way in and on the way out.
struct Trace {
  std::string& order;
  std::string name;
  std::optional<Response> before(Request&) const {
    order += name + "(";
    return std::nullopt;
  }
  void after(Request&, Response&) const { order += ")" + name; }
};

}  // namespace mastic::app
