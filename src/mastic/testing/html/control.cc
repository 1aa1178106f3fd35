#include "mastic/testing/html/control.h"

#include <algorithm>
#include <array>

#include "mastic/base/text.h"
#include "mastic/testing/html/constraints.h"

namespace mastic::testing::html {
namespace {

std::string lower_attribute(const Node& node, std::string_view name) {
  const std::string* const value = node.attribute(name);
  return value == nullptr ? std::string() : base::lower_case(*value);
}

bool is_control(const Node& node) {
  return node.is("input") || node.is("select") || node.is("textarea") || node.is("button");
}

/// The type of a control; one that is unknown is the default.
std::string type_of(const Node& node) {
  static constexpr std::array<std::string_view, 21> kTypes = {
      "text",   "search",   "tel",   "url",  "email",  "password", "hidden",
      "number", "range",    "date",  "time", "month",  "week",     "datetime-local",
      "color",  "checkbox", "radio", "file", "submit", "reset",    "image"};
  if (node.is("textarea")) return "textarea";
  if (node.is("select"))
    return node.attribute("multiple") != nullptr ? "select-multiple" : "select-one";
  const std::string type = lower_attribute(node, "type");
  if (node.is("button")) return type == "reset" || type == "button" ? type : "submit";
  return is_one_of(type, kTypes) || type == "button" ? type : "text";
}

/// The value of an option: its attribute, or else its text.
std::string value_of_option(const Tree& tree, NodeIndex at) {
  const std::string* const value = tree.nodes[at].attribute("value");
  return value != nullptr ? *value : collapse(tree.shown(at));
}

bool is_disabled_option(const Tree& tree, NodeIndex option) {
  const Node& node = tree.nodes[option];
  const NodeIndex parent = node.parent;
  return node.attribute("disabled") != nullptr ||
         (parent != kNoNode && tree.nodes[parent].is("optgroup") &&
          tree.nodes[parent].attribute("disabled") != nullptr);
}

/// How many options a select shows at once.
std::uint64_t display_size(const Node& select) {
  const std::string* const size = select.attribute("size");
  const auto number = size == nullptr ? std::nullopt : base::parse_decimal(*size);
  return number && *number > 0 ? *number : select.attribute("multiple") != nullptr ? 4 : 1;
}

std::vector<FormOption> options_of_select(const Tree& tree, NodeIndex select,
                                          const std::vector<bool>& selected) {
  std::vector<FormOption> options;
  for (NodeIndex at = select + 1; at < tree.nodes[select].subtree_end; ++at) {
    const Node& node = tree.nodes[at];
    if (!node.is("option")) continue;
    const std::string* const label = node.attribute("label");
    options.push_back({value_of_option(tree, at),
                       label != nullptr && !label->empty() ? *label : collapse(tree.shown(at)),
                       selected[at], is_disabled_option(tree, at)});
  }
  return options;
}

/// The text of a textarea, as it is in the page.
std::string text_below(const Tree& tree, NodeIndex top) {
  std::string text;
  for (NodeIndex at = top + 1; at < tree.nodes[top].subtree_end; ++at) {
    if (tree.nodes[at].kind == Node::Kind::Text) text += tree.nodes[at].text;
  }
  return text;
}

/// The last radio button of a group that is checked is the one.
void uncheck_all_but_the_last(std::vector<Control>& controls) {
  for (auto at = controls.rbegin(); at != controls.rend(); ++at) {
    if (at->type != "radio" || !at->is_checked || at->name.empty()) continue;
    for (auto before = std::next(at); before != controls.rend(); ++before) {
      if (before->type == "radio" && before->name == at->name) before->is_checked = false;
    }
  }
}

/// What a label says by itself: without the text of a control in it, such as the options of a select.
std::string text_of_label(const Tree& tree, NodeIndex label, NodeIndex control) {
  const std::string_view all = tree.shown(label);
  const std::string_view inner = tree.shown(control);
  const bool is_inside = control > label && control < tree.nodes[label].subtree_end;
  if (!is_inside || inner.empty()) return collapse(all);
  // Both are parts of the text of the page.
  const auto begin = static_cast<std::size_t>(inner.data() - all.data());
  return collapse(std::string(all.substr(0, begin)) + " " +
                  std::string(all.substr(begin + inner.size())));
}

}  // namespace

bool is_checkable(const Node& node) {
  if (!node.is("input")) return false;
  const std::string type = lower_attribute(node, "type");
  return type == "checkbox" || type == "radio";
}

bool can_be_disabled(const Node& node) {
  return is_control(node) || node.is("option") || node.is("optgroup") || node.is("fieldset");
}

bool is_disabled(const Tree& tree, NodeIndex at) {
  const Node& node = tree.nodes[at];
  if (node.is("option")) return is_disabled_option(tree, at);
  if (node.attribute("disabled") != nullptr) return true;
  if (node.is("optgroup")) return false;
  NodeIndex below = at;  // the child of `around` on the way to the control
  for (NodeIndex around = node.parent; around != kNoNode; around = tree.nodes[around].parent) {
    const Node& set = tree.nodes[around];
    if (set.is("fieldset") && set.attribute("disabled") != nullptr) {
      // What is in the first legend stays enabled.
      const Node& child = tree.nodes[below];
      const bool is_in_legend = child.is("legend") && child.number_of_type == 1;
      if (!is_in_legend) return true;
    }
    below = around;
  }
  return false;
}

std::vector<bool> selected_options(const Tree& tree) {
  std::vector<bool> selected(tree.nodes.size());
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    const Node& select = tree.nodes[at];
    if (!select.is("select")) continue;
    const bool is_multiple = select.attribute("multiple") != nullptr;
    NodeIndex last = kNoNode;
    NodeIndex first_enabled = kNoNode;
    for (NodeIndex option = at + 1; option < select.subtree_end; ++option) {
      const Node& node = tree.nodes[option];
      if (!node.is("option")) continue;
      if (node.attribute("selected") != nullptr) {
        if (is_multiple) selected[option] = true;
        last = option;
      }
      if (first_enabled == kNoNode && !is_disabled_option(tree, option)) first_enabled = option;
    }
    if (is_multiple) continue;
    if (last == kNoNode && display_size(select) == 1) last = first_enabled;
    if (last != kNoNode) selected[last] = true;
  }
  return selected;
}

NodeIndex form_of(const Tree& tree, NodeIndex at) {
  const Node& node = tree.nodes[at];
  if (const std::string* const id = node.attribute("form")) {
    const NodeIndex named = tree.find_id(*id);
    return named != kNoNode && tree.nodes[named].is("form") ? named : kNoNode;
  }
  return node.form != kNoNode ? node.form : tree.find_around("form", at);
}

bool can_have_label(const Node& node) {
  if (node.is("input")) return lower_attribute(node, "type") != "hidden";
  return is_control(node) || node.is("meter") || node.is("output") || node.is("progress");
}

NodeIndex target_of_label(const Tree& tree, NodeIndex label) {
  const Node& node = tree.nodes[label];
  if (const std::string* const id = node.attribute("for")) {
    const NodeIndex named = tree.find_id(*id);
    return named != kNoNode && can_have_label(tree.nodes[named]) ? named : kNoNode;
  }
  for (NodeIndex at = label + 1; at < node.subtree_end; ++at) {
    if (can_have_label(tree.nodes[at])) return at;
  }
  return kNoNode;
}

std::vector<Control> controls_of(const Element& form) {
  const Tree& tree = form.tree();
  std::vector<std::string> labels(tree.nodes.size());
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    if (!tree.nodes[at].is("label")) continue;
    const NodeIndex target = target_of_label(tree, at);
    if (target != kNoNode && labels[target].empty()) {
      labels[target] = text_of_label(tree, at, target);
    }
  }
  const std::vector<bool> selected = selected_options(tree);
  std::vector<Control> controls;
  for (NodeIndex at = 0; at < tree.nodes.size(); ++at) {
    const Node& node = tree.nodes[at];
    if (!is_control(node) || form_of(tree, at) != form.index()) continue;
    if (tree.find_around("datalist", at) != kNoNode) continue;
    Control control{.element = form.at_index(at), .type = type_of(node)};
    control.name = control.attribute("name");
    control.label = labels[at];
    control.is_disabled = is_disabled(tree, at);
    control.is_checked = control.is_checkable() && control.has("checked");
    control.value = control.type == "textarea" ? text_below(tree, at) : control.attribute("value");
    if (control.is_checkable() && !control.has("value")) control.value = "on";
    if (control.is_select()) {
      control.value.clear();
      control.options = options_of_select(tree, at, selected);
    }
    if (control.has_text()) control.value = sanitize(control, control.value);
    if (control.type == "file") control.value.clear();
    controls.push_back(std::move(control));
  }
  uncheck_all_but_the_last(controls);
  return controls;
}

}  // namespace mastic::testing::html
