// The method that a route is for.

#pragma once

#include <string_view>

#include "mastic/http/method.h"

namespace mastic::routing {

/// The method of a route: one that Mastic knows, or the name of an extension method, such as
/// "PURGE" (RFC 9110 §16.1).
struct RouteMethod {
  RouteMethod(http::Method method) : known(method), name(to_string(method)) {}
  RouteMethod(std::string_view text) : known(http::parse_method(text)), name(text) {}
  RouteMethod(const char* text) : RouteMethod(std::string_view(text)) {}

  http::Method known;  ///< Other for an extension method
  std::string_view name;
};

}  // namespace mastic::routing
