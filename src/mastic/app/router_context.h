// What a router gives to the code in it: the names of its routes, and its answers to errors.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mastic/app/problem.h"
#include "mastic/app/response.h"

namespace mastic::app {

class Request;

/// A router, as the code in it sees it.
class RouterContext {
 public:
  /// Makes the router's page for `problem`; returns nothing when the router has none.
  [[nodiscard]] virtual std::optional<Response> page(Request& request,
                                                     const Problem& problem) const = 0;
  /// Answers the exception being handled; returns nothing when the router has no answer for its
  /// type.
  [[nodiscard]] virtual std::optional<Response> answer_exception(Request& request) const = 0;
  /// The path of the route `name`, below the router's mount; nothing when there is no such route.
  /// Throws std::invalid_argument when the values do not fit the pattern of the route.
  [[nodiscard]] virtual std::optional<std::string> path_of(
      std::string_view name, std::span<const std::string> values) const = 0;

 protected:
  ~RouterContext() = default;
};

/// A router that a request is in, with a link to the router around it.
struct RouterFrame {
  const RouterContext* router;
  std::size_t mounted_bytes;  ///< how many bytes of the path the mounts above the router took
  const RouterFrame* outer;
};

}  // namespace mastic::app
