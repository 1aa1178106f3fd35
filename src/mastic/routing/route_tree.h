// Finds the route that a path belongs to, segment by segment. It knows segments and patterns, but
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

/// A tree of path segments, made from patterns (RoutePattern).
///
/// At each segment the order of preference is: a literal, a value with a type (of several types the
/// one that was added first), a value without a type, the rest of the path. When the preferred
/// branch leads nowhere, the next one is tried. `/a` and `/a/` are different paths. A look-up costs
/// one hash for each segment, however many routes there are, and does not use the heap.
class RouteTree {
 public:
  using RouteId = std::size_t;
  static constexpr RouteId kNone = PathTable::kNone;

  /// The result of a look-up.
  struct Match {
    RouteId route = kNone;
    std::span<PathValue> values;  ///< one for each name of the pattern, in order
  };

  /// Adds a pattern and returns its route. Adding the same pattern again returns the same route.
  /// Fails when the text is not a pattern, or when a pattern that was added before matches the same
  /// paths but has other names. `matchers` are those of the handler's values, in order; int, uint
  /// and uuid are known without them.
  [[nodiscard]] base::Result<RouteId> add(std::string_view pattern,
                                          std::span<const PathMatcher> matchers = {});

  /// Finds the route that `path`, in normal form (http/target.h), belongs to. The values are
  /// allocated in `memory`, and refer to it, to the path and to the tree.
  [[nodiscard]] Match find(std::string_view path, base::Arena& memory MASTIC_LIFETIMEBOUND) const {
    const RouteId plain = plain_.find(path);
    return plain != kNone ? Match{plain, {}} : search(path, memory);
  }

  /// The pattern of a route.
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
    RouteId route = kNone;  ///< the route of a path that ends here
    RouteId rest = kNone;   ///< the route of a path that continues from here in any way

    /// The child for this literal segment, or null.
    [[nodiscard]] const Node* literal(std::string_view segment) const {
      if (literals.empty()) return nullptr;  // as in most nodes below a value: saves the hash
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
