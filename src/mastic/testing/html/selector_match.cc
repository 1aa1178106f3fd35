#include "mastic/testing/html/selector_match.h"

#include <algorithm>

namespace mastic::testing::html {

using Combinator = Selector::Combinator;
using Simple = Selector::Simple;
using Kind = Simple::Kind;
using Bits = std::vector<bool>;

namespace {

/// The elements whose text has a text in it: the places of the text are searched once.
Bits match_text(const Tree& tree, std::string_view text) {
  const std::string wanted = collapse(text);
  std::vector<std::size_t> places;
  for (std::size_t at = tree.flat_text.find(wanted); at != std::string::npos && !wanted.empty();
       at = tree.flat_text.find(wanted, at + 1)) {
    places.push_back(at);
  }
  Bits bits(tree.nodes.size());
  for (NodeIndex at = 0; at < bits.size(); ++at) {
    const TextRange range = tree.nodes[at].flat;
    const auto place = std::ranges::lower_bound(places, range.begin);
    bits[at] = wanted.empty() || (place != places.end() && *place + wanted.size() <= range.end);
  }
  return bits;
}

void keep_common(Bits& bits, const Bits& others, bool is_negated) {
  for (std::size_t at = 0; at < bits.size(); ++at) bits[at] = bits[at] && others[at] != is_negated;
}

}  // namespace

/// Matches the complexes of a list against all nodes.
class SelectorMatcher {
 public:
  explicit SelectorMatcher(const TreeState& state) : state_(state), nodes_(state.tree.nodes) {}

  /// The nodes that a selector matches.
  Bits match(const std::vector<Selector::Complex>& list) {
    Bits any(nodes_.size());
    for (const Selector::Complex& complex : list) add(any, match(complex));
    return any;
  }
  /// The nodes that have what a relative selector matches.
  Bits match_has(const std::vector<Selector::Complex>& list) {
    Bits any(nodes_.size());
    for (const Selector::Complex& complex : list) {
      Bits found;
      for (std::size_t i = complex.size(); i-- > 0;) {
        Bits here = match(complex[i]);
        if (i + 1 < complex.size()) keep_common(here, found, false);
        found = lead_to(here, complex[i].combinator);
      }
      add(any, found);
    }
    return any;
  }

 private:
  static void add(Bits& any, const Bits& more) {
    for (std::size_t at = 0; at < any.size(); ++at) any[at] = any[at] || more[at];
  }

  Bits match(const Selector::Complex& complex) {
    Bits found;
    for (const Selector::Compound& compound : complex) {
      Bits here = match(compound);
      if (compound.combinator != Combinator::None) {
        keep_common(here, led_to_by(found, compound.combinator), false);
      }
      found = std::move(here);
    }
    return found;
  }

  Bits match(const Selector::Compound& compound) {
    Bits bits(nodes_.size());
    for (NodeIndex at = 0; at < bits.size(); ++at) {
      bits[at] = nodes_[at].kind == Node::Kind::Element &&
                 std::ranges::all_of(compound.conditions, [&](const Simple& simple) {
                   return matches_simple(state_, simple, at);
                 });
    }
    for (const Simple& simple : compound.conditions) {
      if (simple.kind == Kind::HasText)
        keep_common(bits, match_text(state_.tree, simple.value), false);
      for (const Selector& inner : simple.inner) {
        keep_common(bits, simple.kind == Kind::Has ? match_has(inner.list_) : match(inner.list_),
                    simple.kind == Kind::Not);
      }
    }
    return bits;
  }

  /// The nodes that are related to one of `from`, which is before them in document order: a node comes
  /// after its parent and the siblings before it.
  [[nodiscard]] Bits led_to_by(const Bits& from, Combinator combinator) const {
    Bits to(nodes_.size());
    for (NodeIndex at = 0; at < to.size(); ++at) {
      const bool is_vertical =
          combinator == Combinator::Descendant || combinator == Combinator::Child;
      const NodeIndex origin = is_vertical ? nodes_[at].parent : nodes_[at].previous;
      if (origin == kNoNode) continue;
      const bool is_transitive =
          combinator == Combinator::Descendant || combinator == Combinator::Later;
      to[at] = from[origin] || (is_transitive && to[origin]);
    }
    return to;
  }

  /// The nodes from which a combinator leads to one of `to`: the same backwards.
  [[nodiscard]] Bits lead_to(const Bits& to, Combinator combinator) const {
    Bits from(nodes_.size());
    for (std::size_t at = nodes_.size(); at-- > 0;) {
      const bool is_vertical =
          combinator == Combinator::Descendant || combinator == Combinator::Child;
      const NodeIndex origin = is_vertical ? nodes_[at].parent : nodes_[at].previous;
      if (origin == kNoNode) continue;
      const bool is_transitive =
          combinator == Combinator::Descendant || combinator == Combinator::Later;
      if (to[at] || (is_transitive && from[at])) from[origin] = true;
    }
    return from;
  }

  const TreeState& state_;
  const std::vector<Node>& nodes_;
};

std::vector<bool> Selector::match(const Tree& tree) const {
  const TreeState state(tree);
  return SelectorMatcher(state).match(list_);
}

}  // namespace mastic::testing::html
