// An element of a page.

#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {

/// An element of a Document: a small value that keeps the document alive. Copies are the same
/// element. What it returns as a view lives as long as the document.
class Element {
 public:
  /// The element at an index of a tree. Documents make elements; tests get them from there.
  Element(std::shared_ptr<const Tree> tree, NodeIndex index)
      : tree_(std::move(tree)), index_(index) {}

  /// The name, such as "a", in lower case.
  [[nodiscard]] std::string_view name() const { return node().text; }
  /// The value of an attribute with references decoded; nullopt if the element does not have it. The
  /// value of an attribute without one, such as `checked`, is empty.
  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const;
  /// Whether the element has an attribute with this name.
  [[nodiscard]] bool has(std::string_view name) const { return node().attribute(name) != nullptr; }
  /// All attributes, in their order.
  [[nodiscard]] const std::vector<Attribute>& attributes() const { return node().attributes; }

  /// The text in the element as people see it: white space is one blank, blocks are lines, and
  /// scripts and style sheets are left out.
  [[nodiscard]] std::string text() const { return std::string(tree_->shown(index_)); }
  /// Whether that text has `text` in it. Any white space is equal to any other.
  [[nodiscard]] bool contains(std::string_view text) const;
  /// The HTML of what is in the element.
  [[nodiscard]] std::string inner_html() const { return serialize(*tree_, index_, true); }
  /// The HTML of the element.
  [[nodiscard]] std::string outer_html() const { return serialize(*tree_, index_, false); }

  /// The elements directly in this one.
  [[nodiscard]] std::vector<Element> children() const;
  /// The element around this one; nullopt for <html>.
  [[nodiscard]] std::optional<Element> parent() const;
  /// The elements below this one that a CSS selector matches, in document order. The parts of a
  /// selector may match elements further up. Throws std::logic_error for a wrong selector, with the
  /// place of the error.
  [[nodiscard]] std::vector<Element> select(
      std::string_view css, std::source_location where = std::source_location::current()) const;
  /// The first of these elements, if there is one.
  [[nodiscard]] std::optional<Element> first(
      std::string_view css, std::source_location where = std::source_location::current()) const;
  /// Whether a CSS selector matches this element.
  [[nodiscard]] bool matches(std::string_view css,
                             std::source_location where = std::source_location::current()) const;

  /// Another element of the same document, by its index.
  [[nodiscard]] Element at_index(NodeIndex index) const { return {tree_, index}; }
  /// Where the tag of the element begins; line 0 if the page has no tag for it.
  [[nodiscard]] SourcePlace place() const { return node().place; }
  /// The index of the element in its tree.
  [[nodiscard]] NodeIndex index() const { return index_; }
  /// The tree of the element.
  [[nodiscard]] const Tree& tree() const { return *tree_; }

  /// Whether both are the same element of the same document.
  friend bool operator==(const Element& a, const Element& b) = default;

 private:
  [[nodiscard]] const Node& node() const { return tree_->nodes[index_]; }

  std::shared_ptr<const Tree> tree_;
  NodeIndex index_;
};

}  // namespace mastic::testing::html
