// How selectors are matched: a part of Selector.

#pragma once

#include <vector>

#include "mastic/testing/html/selector.h"

namespace mastic::testing::html {

/// A tree, and what is found out once about all of it.
struct TreeState {
  /// Looks at `whole`, which must outlive the state.
  explicit TreeState(const Tree& whole);

  const Tree& tree;            ///< the tree
  std::vector<bool> selected;  ///< for each node, whether it is an <option> that is selected
};

/// Whether a condition holds for an element; true for the conditions that are known for all nodes at
/// once (HasText, Is, Not, Has).
[[nodiscard]] bool matches_simple(const TreeState& state, const Selector::Simple& simple,
                                  NodeIndex at);

}  // namespace mastic::testing::html
