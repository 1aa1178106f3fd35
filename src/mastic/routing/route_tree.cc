#include "mastic/routing/route_tree.h"

#include <algorithm>

#include "mastic/base/encoding.h"
#include "mastic/http/target.h"
#include "mastic/routing/path_to.h"

namespace mastic::routing {
namespace {

/// Returns a literal in the normal form of paths: spaces and bytes beyond ASCII become escapes.
base::Result<std::string> normal_literal(std::string_view text) {
  const std::string escaped = "/" + encode_literal(text);
  const auto normal = http::normalize_path(escaped);
  if (!normal) return base::fail("'", text, "' has a broken escape");
  return normal->value_or(escaped).substr(1);
}

constexpr PathMatcher kKnownTypes[] = {matcher_of<std::int64_t>(), matcher_of<std::uint64_t>(),
                                       matcher_of<base::Uuid>()};

/// The matcher of the type of `part`, which is the pattern's value number `value`: a type that is
/// known to all patterns, or the type of the handler's parameter. Fails if there is no such type.
base::Result<PathMatcher> find_matcher(const PatternPart& part,
                                       std::span<const PathMatcher> matchers, std::size_t value) {
  for (const PathMatcher& known : kKnownTypes) {
    if (known.type == part.type) return known;
  }
  if (value < matchers.size() && matchers[value].type == part.type) return matchers[value];
  return base::fail("'{", part.text, ":", part.type,
                    "}': there is no such type; int, uint, uuid and path are known, and types that "
                    "the handler takes");
}

}  // namespace

/// The link to the child that `part` leads to. The link is null if there is no such child yet. If
/// `part` is a value, its number is `value`.
base::Result<std::unique_ptr<RouteTree::Node>*> RouteTree::child_of(
    Node& node, const PatternPart& part, std::span<const PathMatcher> matchers, std::size_t value) {
  if (part.kind == PatternPart::Kind::Literal) {
    const auto literal = normal_literal(part.text);
    if (!literal) return std::unexpected(literal.error());
    return &node.literals[*literal];
  }
  if (part.type.empty()) return &node.named;
  const auto matcher = find_matcher(part, matchers, value);
  if (!matcher) return std::unexpected(matcher.error());
  const auto same = std::ranges::find(node.typed, *matcher, &Typed::matcher);
  if (same != node.typed.end()) return &same->node;
  return &node.typed.emplace_back(Typed{*matcher, nullptr}).node;
}

base::Result<RouteTree::RouteId> RouteTree::add(std::string_view text,
                                                std::span<const PathMatcher> matchers) {
  const RoutePattern pattern(text);
  if (!pattern.is_valid()) {
    const std::string where =
        pattern.fault_at() == text ? "" : "'" + std::string(pattern.fault_at()) + "': ";
    return base::fail("route '", text, "': ", where, pattern.fault());
  }
  Node* node = &root_;
  std::vector<std::string> names;
  std::string path;  // as long as all parts are literals
  RouteId* route = &root_.route;
  for (const PatternPart& part : pattern.parts()) {
    const std::size_t value = names.size();
    if (part.kind != PatternPart::Kind::Literal) names.emplace_back(part.text);
    if (part.kind == PatternPart::Kind::Rest) {
      route = &node->rest;
      break;
    }
    const auto child = child_of(*node, part, matchers, value);
    if (!child) return base::fail("route '", text, "': ", child.error().message);
    if (!**child) **child = std::make_unique<Node>();
    node = (*child)->get();
    route = &node->route;
    if (part.kind == PatternPart::Kind::Literal)
      path.append("/").append(*normal_literal(part.text));
  }
  if (*route == kNone) {
    *route = names_.size();
    names_.push_back(std::move(names));
    patterns_.emplace_back(text);
    if (names_.back().empty()) plain_.add(std::move(path), *route);
  } else if (names_[*route] != names) {
    return base::fail("route '", text, "' and route '", patterns_[*route],
                      "' match the same paths with other names");
  }
  return *route;
}

/// One look-up. The search stores the values on the way back from the route that it has found: only
/// then is it known how many values there are, and that none of them belongs to a branch that leads
/// nowhere.
///
///     /users/7/posts     descend: users ─► {id:int} ─► posts = route      store: 7 ─► values[0]
///     /users/me/drafts   descend: users ─► "me" ─► no "drafts": back, then {id:int} does not match
class RouteTree::Search {
 public:
  Search(const RouteTree& tree, base::Arena& memory) : tree_(tree), memory_(memory) {}
  [[nodiscard]] const Match& match() const { return match_; }

  /// Searches below `node`. `rest` is the part of the path after the slash that follows `node`; at
  /// the end of the path there is no such slash (`at_end`). `values` is how many values were taken
  /// before.
  bool descend(const Node& node, std::string_view rest, bool at_end, std::size_t values) {
    if (at_end) return arrive(node.route, values);
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool last = slash == rest.npos;
    const std::string_view after = last ? std::string_view() : rest.substr(slash + 1);

    // The order of preference: literals, values with a type, values without a type, the rest of the
    // path.
    const Node* const literal = node.literal(segment);
    if (literal != nullptr && descend(*literal, after, last, values)) return true;
    if (node.typed.empty() && !node.named && node.rest == kNone) return false;  // saves decoding

    const std::string_view value = decode(segment);
    const auto take = [&](const Node& child) {
      return descend(child, after, last, values + 1) && note(values, value);
    };
    for (const Typed& typed : node.typed) {
      if (typed.matcher.matches(value) && take(*typed.node)) return true;
    }
    if (node.named && !segment.empty() && take(*node.named)) return true;
    return arrive(node.rest, values + 1) && note(values, decode(rest));
  }

 private:
  std::string_view decode(std::string_view text) {
    return text.find('%') == text.npos ? text : base::percent_decode(text, memory_);
  }
  bool arrive(RouteId route, std::size_t values) {
    if (route == kNone) return false;
    match_.route = route;
    if (values > 0) match_.values = memory_.make_array<PathValue>(values);
    return true;
  }
  bool note(std::size_t value, std::string_view text) {
    match_.values[value] = {tree_.names(match_.route)[value], text};
    return true;
  }

  const RouteTree& tree_;
  base::Arena& memory_;
  Match match_;
};

RouteTree::Match RouteTree::search(std::string_view path, base::Arena& memory) const {
  Search search(*this, memory);
  const bool at_end = path.empty();
  if (at_end || path.front() == '/') {
    (void)search.descend(root_, path.substr(at_end ? 0 : 1), at_end, 0);
  }
  return search.match();
}

}  // namespace mastic::routing
