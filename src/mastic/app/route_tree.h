// Finds the route that a path belongs to. Knows segments and patterns, nothing of requests.

#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/result.h"
#include "mastic/base/small_vector.h"

namespace mastic::app {

/// A tree of path segments. Patterns look like paths:
///
///     /users/{id}/posts        {id} takes one segment, not empty
///     /files/{path...}         {path...} takes the rest, which may be empty and hold slashes
///
/// A literal segment is preferred to a named one, and that to the rest; when the preferred branch
/// leads nowhere the next one is tried. `/a` and `/a/` are two paths. Looking up costs one search
/// among the children for each segment, however many routes there are.
class RouteTree {
 public:
  using RouteId = std::size_t;
  static constexpr RouteId kNone = static_cast<RouteId>(-1);

  struct Match {
    RouteId route = kNone;
    base::SmallVector<std::string_view, 8>
        values;  ///< one for each name of the pattern, as in the path
  };

  /// Enters a pattern and returns its route, the same for the same pattern. Fails when it is no
  /// pattern, and when it gives other names to the segments of one that is there.
  [[nodiscard]] base::Result<RouteId> add(std::string_view pattern);

  /// The route that `path`, in normal form (http/target.h), belongs to; the values point into it.
  [[nodiscard]] Match find(std::string_view path) const;

  /// The names of a route's pattern, in order.
  [[nodiscard]] const std::vector<std::string>& names(RouteId route) const MASTIC_LIFETIMEBOUND {
    return names_[route];
  }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> named;
    RouteId route = kNone;  ///< of a path that ends here
    RouteId rest = kNone;   ///< of a path that goes on from here in any way
  };
  static bool descend(const Node& node, std::string_view rest, bool at_end, Match& match);

  Node root_;
  std::vector<std::vector<std::string>> names_;
  std::vector<std::string> patterns_;
};

}  // namespace mastic::app
