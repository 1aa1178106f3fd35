#include <map>

#include "mastic/testing/html/form.h"

namespace mastic::testing::html {
namespace {

std::string place_text(const Node& node) {
  return std::to_string(node.place.line) + ":" + std::to_string(node.place.column) + ": ";
}

/// Whether people are told what a control is for without a <label>.
bool has_other_label(const Control& control) {
  return !control.attribute("aria-label").empty() ||
         !control.attribute("aria-labelledby").empty() || !control.attribute("title").empty();
}

}  // namespace

std::vector<std::string> Form::lint() const {
  const Tree& tree = element_.tree();
  std::vector<std::string> found;
  for (const Control& control : controls_) {
    if (control.is_button() || control.type == "hidden" || !control.label.empty() ||
        has_other_label(control))
      continue;
    const Node& node = tree.nodes[control.element.index()];
    found.push_back(place_text(node) + "the " + control.type + " " + describe(control) +
                    " has no label");
  }
  std::map<std::string_view, int> ids;
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    const Node& node = tree.nodes[at];
    if (node.is("label") && target_of_label(tree, at) == kNoNode) {
      const std::string* const target = node.attribute("for");
      found.push_back(
          place_text(node) + "the label '" + collapse(tree.shown(at)) + "' is for " +
          (target == nullptr ? "nothing" : "'" + *target + "', which is not a control"));
    }
    const std::string* const id = node.attribute("id");
    if (id != nullptr && ++ids[*id] == 2) {
      found.push_back(place_text(node) + "the id '" + *id + "' is used by an element before");
    }
  }
  return found;
}

}  // namespace mastic::testing::html
