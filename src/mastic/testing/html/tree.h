// The tree of a document as the other parts of this room use it: one vector of nodes, in document order.
//
// A node is named by its index. Because of the order, the nodes below a node are those that directly
// follow it, up to `subtree_end`: everything that visits a tree is a loop, so no depth of a tree can
// overflow a stack.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/testing/html/parse_error.h"

namespace mastic::testing::html {

/// An attribute of an element.
struct Attribute {
  std::string name;   ///< in lower case, except in SVG
  std::string value;  ///< with references decoded; empty without a value
};

/// The index of a node in Tree::nodes.
using NodeIndex = std::uint32_t;
/// The index of no node.
inline constexpr NodeIndex kNoNode = 0xffff'ffff;

/// A part of a text, from `begin` up to `end`.
struct TextRange {
  std::size_t begin = 0;  ///< the first byte
  std::size_t end = 0;    ///< the byte after the last one
};

/// A node: an element, a text or a comment.
struct Node {
  /// What a node is.
  enum class Kind : std::uint8_t { Element, Text, Comment };
  /// What this node is.
  Kind kind = Kind::Element;
  bool is_html = true;                ///< false in SVG and MathML
  std::string text;                   ///< the name of an element, or the text
  std::vector<Attribute> attributes;  ///< only of elements
  NodeIndex parent = kNoNode;         ///< kNoNode for what is at the top
  NodeIndex previous = kNoNode;       ///< the element before, among the children of the parent
  NodeIndex next = kNoNode;           ///< the element behind
  NodeIndex subtree_end = 0;          ///< one after the last node below this one
  NodeIndex form = kNoNode;           ///< the form that the parser has given a control
  std::uint32_t number = 0;           ///< 1 for the first element among its siblings
  std::uint32_t number_from_end = 0;  ///< 1 for the last element
  std::uint32_t number_of_type = 0;   ///< the same among those of one name
  std::uint32_t number_of_type_from_end = 0;  ///< 1 for the last of that name
  SourcePlace place;                          ///< where its tag begins; line 0 if it has none
  TextRange shown;                            ///< in Tree::shown_text
  TextRange flat;                             ///< in Tree::flat_text

  /// The value of an attribute, or null.
  [[nodiscard]] const std::string* attribute(std::string_view name) const MASTIC_LIFETIMEBOUND;
  /// Whether this is an HTML element with this name.
  [[nodiscard]] bool is(std::string_view name) const {
    return kind == Kind::Element && is_html && text == name;
  }
};

/// A parsed document.
struct Tree {
  std::vector<Node> nodes;         ///< in document order
  NodeIndex root = kNoNode;        ///< the <html>, which every document has
  std::string charset;             ///< the name of the encoding, such as "UTF-8"
  std::vector<ParseError> errors;  ///< in the order of their places
  std::string shown_text;          ///< what people see, in lines
  std::string flat_text;           ///< the same with every white space as one blank

  /// The text of a range without white space at its ends.
  [[nodiscard]] std::string_view shown(NodeIndex node) const MASTIC_LIFETIMEBOUND;
  /// The first HTML element with this name below `top`, or kNoNode.
  [[nodiscard]] NodeIndex find(std::string_view name, NodeIndex top) const;
  /// The nearest HTML element with this name around `node`, or kNoNode.
  [[nodiscard]] NodeIndex find_around(std::string_view name, NodeIndex node) const;
  /// The element with this id that comes first, or kNoNode.
  [[nodiscard]] NodeIndex find_id(std::string_view id) const;
};

/// Whether `name` is in `list`.
template <class List>
[[nodiscard]] constexpr bool is_one_of(std::string_view name, const List& list) {
  for (const std::string_view each : list) {
    if (each == name) return true;
  }
  return false;
}

/// Whether `c` is white space in HTML.
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
/// Returns `text` without white space at its ends.
[[nodiscard]] std::string_view strip(std::string_view text);
/// Returns `text` with every run of white space as one blank, and none at its ends.
[[nodiscard]] std::string collapse(std::string_view text);

/// Numbers the elements among their siblings, and connects siblings.
void number_siblings(Tree& tree);
/// Makes the texts of `tree` that people see, and the range of each node in them.
void lay_out_text(Tree& tree);
/// The HTML of a node and of what is below it; of the children alone if `inner`.
[[nodiscard]] std::string serialize(const Tree& tree, NodeIndex node, bool inner);

}  // namespace mastic::testing::html
