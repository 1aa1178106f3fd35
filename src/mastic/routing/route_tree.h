// Finds the route that a path belongs to, one segment after the other. Knows segments and patterns,
// nothing of requests.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mastic/app/path_text.h"
#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"
#include "mastic/base/result.h"
#include "mastic/routing/path_table.h"
#include "mastic/routing/path_type.h"
#include "mastic/routing/route_pattern.h"

namespace mastic::routing {

using app::PathValue;

/// A tree of path segments. Patterns are RoutePattern's.
///
/// A literal segment is preferred to a value with a type, that to one without, and that to the
/// rest; of two types the one entered first. When the preferred branch leads nowhere the next one
/// is tried. `/a` and `/a/` are two paths. Looking up costs one hash for each segment, however many
/// routes there are, and no heap.
class RouteTree {
 public:
  using RouteId = std::size_t;
  static constexpr RouteId kNone = PathTable::kNone;

  struct Match {
    RouteId route = kNone;
    std::span<PathValue> values;  ///< one for each name of the pattern, in its order
  };

  /// Enters a pattern and returns its route, the same for the same pattern. Fails when it is no
  /// pattern, and when it gives other names to the segments of one that is there. `matchers` know
  /// the types of its values, in order; without them the types that every pattern may have are
  /// known.
  [[nodiscard]] base::Result<RouteId> add(std::string_view pattern,
                                          std::span<const PathMatcher> matchers = {});

  /// The route that `path`, in normal form (http/target.h), belongs to. The values stand in
  /// `memory`, and point there, into the path and into the tree.
  [[nodiscard]] Match find(std::string_view path, base::Arena& memory MASTIC_LIFETIMEBOUND) const {
    const RouteId plain = plain_.find(path);
    return plain != kNone ? Match{plain, {}} : search(path, memory);
  }

  [[nodiscard]] const std::string& pattern(RouteId route) const MASTIC_LIFETIMEBOUND {
    return patterns_[route];
  }
  /// The names of a route's pattern, in order.
  [[nodiscard]] const std::vector<std::string>& names(RouteId route) const MASTIC_LIFETIMEBOUND {
    return names_[route];
  }

 private:
  struct Node;
  struct Typed {
    PathMatcher matcher;
    std::unique_ptr<Node> node;
  };
  struct SegmentHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view segment) const {
      return std::hash<std::string_view>()(segment);
    }
  };
  template <class T>
  using TextMap = std::unordered_map<std::string, T, SegmentHash, std::equal_to<>>;
  struct Node {
    TextMap<std::unique_ptr<Node>> literals;
    std::vector<Typed> typed;
    std::unique_ptr<Node> named;
    RouteId route = kNone;  ///< of a path that ends here
    RouteId rest = kNone;   ///< of a path that goes on from here in any way

    /// The child for that very segment, if there is one.
    [[nodiscard]] const Node* literal(std::string_view segment) const {
      if (literals.empty()) return nullptr;  // most nodes below a value: saves the hash
      const auto found = literals.find(segment);
      return found == literals.end() ? nullptr : found->second.get();
    }
  };
  [[nodiscard]] static base::Result<std::unique_ptr<Node>*> child_of(
      Node& node, const PatternPart& part, std::span<const PathMatcher> matchers,
      std::size_t value);
  class Search;
  [[nodiscard]] Match search(std::string_view path, base::Arena& memory MASTIC_LIFETIMEBOUND) const;

  Node root_;
  PathTable plain_;  ///< the routes without a value
  std::vector<std::vector<std::string>> names_;
  std::vector<std::string> patterns_;
};

}  // namespace mastic::routing
