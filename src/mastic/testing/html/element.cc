#include "mastic/testing/html/element.h"

#include "mastic/testing/html/selector.h"

namespace mastic::testing::html {

std::optional<std::string_view> Element::attribute(std::string_view name) const {
  const std::string* const value = node().attribute(name);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>(*value);
}

bool Element::contains(std::string_view text) const {
  const TextRange range = node().flat;
  const std::string_view flat = std::string_view(tree_->flat_text);
  return flat.substr(range.begin, range.end - range.begin).find(collapse(text)) != flat.npos;
}

std::vector<Element> Element::children() const {
  std::vector<Element> children;
  for (NodeIndex at = index_ + 1; at < node().subtree_end; at = tree_->nodes[at].subtree_end) {
    if (tree_->nodes[at].kind == Node::Kind::Element) children.emplace_back(tree_, at);
  }
  return children;
}

std::optional<Element> Element::parent() const {
  if (node().parent == kNoNode) return std::nullopt;
  return Element(tree_, node().parent);
}

std::vector<Element> Element::select(std::string_view css, std::source_location where) const {
  std::vector<Element> found;
  const std::vector<bool> matches = Selector::parse(css, where).match(*tree_);
  for (NodeIndex at = index_ + 1; at < node().subtree_end; ++at) {
    if (matches[at]) found.emplace_back(tree_, at);
  }
  return found;
}

std::optional<Element> Element::first(std::string_view css, std::source_location where) const {
  const std::vector<bool> matches = Selector::parse(css, where).match(*tree_);
  for (NodeIndex at = index_ + 1; at < node().subtree_end; ++at) {
    if (matches[at]) return Element(tree_, at);
  }
  return std::nullopt;
}

bool Element::matches(std::string_view css, std::source_location where) const {
  return Selector::parse(css, where).match(*tree_)[index_];
}

}  // namespace mastic::testing::html
