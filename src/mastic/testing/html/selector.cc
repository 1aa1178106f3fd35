// The conditions of a selector for one element.

#include "mastic/testing/html/selector.h"

#include <algorithm>
#include <array>

#include "mastic/base/text.h"
#include "mastic/testing/html/control.h"
#include "mastic/testing/html/selector_match.h"

namespace mastic::testing::html {

using Simple = Selector::Simple;
using Kind = Simple::Kind;

namespace {

/// Whether `list` has `word` among its words between white space.
bool has_word(std::string_view list, std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || is_space(list[at - 1])) && (end == list.size() || is_space(list[end])))
      return true;
  }
  return false;
}

bool value_matches(const Simple& simple, std::string_view value, std::string_view wanted) {
  switch (simple.kind) {
    case Kind::HasAttribute:
      return true;
    case Kind::Equals:
      return value == wanted;
    case Kind::HasWord:
      return wanted.find_first_of(" \t\n\f\r") == wanted.npos && has_word(value, wanted);
    case Kind::HasLanguage:
      return value == wanted || value.starts_with(std::string(wanted) + "-");
    case Kind::Begins:
      return !wanted.empty() && value.starts_with(wanted);
    case Kind::Ends:
      return !wanted.empty() && value.ends_with(wanted);
    default:
      return !wanted.empty() && value.find(wanted) != value.npos;
  }
}

/// Attributes of HTML whose values have no case in selectors (HTML standard, "case-sensitivity of
/// selectors"), as far as pages still have them.
constexpr std::array<std::string_view, 24> kWithoutCase = {
    "accept",   "accept-charset", "align",    "charset",    "checked", "dir",
    "disabled", "enctype",        "hreflang", "http-equiv", "lang",    "language",
    "media",    "method",         "multiple", "readonly",   "rel",     "rev",
    "scope",    "selected",       "shape",    "target",     "type",    "valign"};

bool attribute_matches(const Simple& simple, const Node& node) {
  for (const auto& [name, value] : node.attributes) {
    if (!base::equal_ignoring_case(name, simple.name)) continue;
    const bool ignores_case =
        simple.ignores_case || (node.is_html && is_one_of(simple.name, kWithoutCase));
    if (!ignores_case) return value_matches(simple, value, simple.value);
    return value_matches(simple, base::lower_case(value), base::lower_case(simple.value));
  }
  return false;
}

bool nth_matches(const Simple& simple, std::uint32_t number) {
  const auto distance = static_cast<std::int64_t>(number) - simple.offset;
  if (simple.step == 0) return distance == 0;
  return distance % simple.step == 0 && distance / simple.step >= 0;
}

bool is_empty(const Tree& tree, NodeIndex at) {
  const NodeIndex end = tree.nodes[at].subtree_end;
  for (NodeIndex child = at + 1; child < end; child = tree.nodes[child].subtree_end) {
    if (tree.nodes[child].kind != Node::Kind::Comment) return false;
  }
  return true;
}

bool can_be_required(const Node& node) {
  return node.is("input") || node.is("select") || node.is("textarea");
}

}  // namespace

TreeState::TreeState(const Tree& whole) : tree(whole), selected(selected_options(whole)) {}

bool matches_simple(const TreeState& state, const Simple& simple, NodeIndex at) {
  const Tree& tree = state.tree;
  const Node& node = tree.nodes[at];
  const auto value_of = [&](std::string_view name) -> std::string_view {
    const std::string* const value = node.attribute(name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
  };
  switch (simple.kind) {
    case Kind::Any:
      return true;
    case Kind::Type:
      return base::equal_ignoring_case(node.text, simple.name);
    case Kind::Id:
      return value_of("id") == simple.name;
    case Kind::Class:
      return has_word(value_of("class"), simple.name);
    case Kind::Nth:
      return nth_matches(simple, node.number);
    case Kind::NthLast:
      return nth_matches(simple, node.number_from_end);
    case Kind::NthOfType:
      return nth_matches(simple, node.number_of_type);
    case Kind::NthLastOfType:
      return nth_matches(simple, node.number_of_type_from_end);
    case Kind::Empty:
      return is_empty(tree, at);
    case Kind::Root:
      return at == tree.root;
    case Kind::Checked:
      return state.selected[at] || (is_checkable(node) && node.attribute("checked") != nullptr);
    case Kind::Disabled:
      return can_be_disabled(node) && is_disabled(tree, at);
    case Kind::Enabled:
      return can_be_disabled(node) && !is_disabled(tree, at);
    case Kind::Required:
      return can_be_required(node) && node.attribute("required") != nullptr;
    case Kind::Optional:
      return can_be_required(node) && node.attribute("required") == nullptr;
    case Kind::ReadOnly:
      return (node.is("input") || node.is("textarea")) && node.attribute("readonly") != nullptr;
    case Kind::Link:
      return (node.is("a") || node.is("area")) && node.attribute("href") != nullptr;
    case Kind::HasText:
    case Kind::Is:
    case Kind::Not:
    case Kind::Has:
      return true;  // known for all nodes at once: selector_match.cc
    default:
      return attribute_matches(simple, node);
  }
}

}  // namespace mastic::testing::html
