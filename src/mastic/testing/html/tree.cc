#include "mastic/testing/html/tree.h"

#include <algorithm>
#include <unordered_map>

namespace mastic::testing::html {

std::string ParseError::to_string() const {
  return std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + message;
}

std::string_view strip(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string collapse(std::string_view text) {
  std::string result;
  for (const char c : strip(text)) {
    if (!is_space(c)) {
      result += c;
    } else if (result.back() != ' ') {
      result += ' ';
    }
  }
  return result;
}

const std::string* Node::attribute(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

std::string_view Tree::shown(NodeIndex node) const {
  const TextRange range = nodes[node].shown;
  return strip(std::string_view(shown_text).substr(range.begin, range.end - range.begin));
}

NodeIndex Tree::find(std::string_view name, NodeIndex top) const {
  if (top == kNoNode) return kNoNode;
  for (NodeIndex at = top + 1; at < nodes[top].subtree_end; ++at) {
    if (nodes[at].is(name)) return at;
  }
  return kNoNode;
}

NodeIndex Tree::find_around(std::string_view name, NodeIndex node) const {
  for (NodeIndex at = nodes[node].parent; at != kNoNode; at = nodes[at].parent) {
    if (nodes[at].is(name)) return at;
  }
  return kNoNode;
}

NodeIndex Tree::find_id(std::string_view id) const {
  for (NodeIndex at = 0; at < nodes.size(); ++at) {
    const std::string* value = nodes[at].attribute("id");
    if (value != nullptr && *value == id) return at;
  }
  return kNoNode;
}

namespace {

/// Numbers the element children of one parent.
class SiblingNumbers {
 public:
  explicit SiblingNumbers(std::vector<Node>& nodes) : nodes_(nodes) {}

  void number(const std::vector<NodeIndex>& children) {
    of_type_.clear();
    for (std::size_t i = 0; i < children.size(); ++i) {
      Node& child = nodes_[children[i]];
      child.number = static_cast<std::uint32_t>(i + 1);
      child.number_from_end = static_cast<std::uint32_t>(children.size() - i);
      child.number_of_type = ++of_type_[child.text];
      if (i > 0) child.previous = children[i - 1];
      if (i + 1 < children.size()) child.next = children[i + 1];
    }
    for (const NodeIndex each : children) {
      Node& child = nodes_[each];
      child.number_of_type_from_end = of_type_[child.text] - child.number_of_type + 1;
    }
  }

 private:
  std::vector<Node>& nodes_;
  std::unordered_map<std::string_view, std::uint32_t> of_type_;
};

}  // namespace

void number_siblings(Tree& tree) {
  std::vector<std::vector<NodeIndex>> children(tree.nodes.size() + 1);
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    const Node& node = tree.nodes[at];
    if (node.kind != Node::Kind::Element) continue;
    children[node.parent == kNoNode ? tree.nodes.size() : node.parent].push_back(at);
  }
  SiblingNumbers numbers(tree.nodes);
  for (const auto& siblings : children) {
    if (!siblings.empty()) numbers.number(siblings);
  }
}

}  // namespace mastic::testing::html
