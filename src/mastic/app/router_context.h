// What a router lends to all that stands in it: the names of its routes, and its answers to errors.

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

class RouterContext {
 public:
  /// A page for `problem`; nothing when it has none.
  [[nodiscard]] virtual std::optional<Response> page(Request& request,
                                                     const Problem& problem) const = 0;
  /// The answer to the exception being handled; nothing when that is of no type it knows.
  [[nodiscard]] virtual std::optional<Response> answer_exception(Request& request) const = 0;
  /// The path of the route `name`, below its mount; nothing when it has no such one. Throws
  /// std::invalid_argument when the values do not fit it.
  [[nodiscard]] virtual std::optional<std::string> path_of(
      std::string_view name, std::span<const std::string> values) const = 0;

 protected:
  ~RouterContext() = default;
};

/// A router that a request is in, and those around it.
struct RouterFrame {
  const RouterContext* router;
  std::size_t mounted_bytes;  ///< how much of the path mounts had taken there
  const RouterFrame* outer;
};

}  // namespace mastic::app
