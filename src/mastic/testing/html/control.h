// A control of a form: what a person fills in, or presses.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/element.h"

namespace mastic::testing::html {

/// A file that a person has chosen in a form.
struct FormFile {
  std::string name;                                     ///< such as "sea.jpg"
  std::string media_type = "application/octet-stream";  ///< such as "image/jpeg"
  std::string content;                                  ///< any bytes
};

/// An option of a <select>.
struct FormOption {
  std::string value;         ///< what is submitted
  std::string label;         ///< what people see
  bool is_selected = false;  ///< whether it is chosen
  bool is_disabled = false;  ///< whether it cannot be chosen
};

/// A control of a Form with its present state.
struct Control {
  Element element;           ///< where it is in the page
  std::string type;          ///< that of an input; "textarea", "select-one", "select-multiple"
  std::string name = {};     ///< under which it is submitted; may be empty
  std::string value = {};    ///< the text, or what is submitted of a box that is checked
  std::string label = {};    ///< the text of its <label>; empty without one
  bool is_checked = false;   ///< of a checkbox or radio button
  bool is_disabled = false;  ///< whether it is neither changed nor submitted
  bool is_changed = false;   ///< whether it was filled in
  bool is_forced = false;    ///< whether Form::force has set it
  std::vector<FormOption> options = {};  ///< of a select
  std::vector<FormFile> files = {};      ///< of a control for files

  /// Whether it is pressed to submit: of type submit or image.
  [[nodiscard]] bool is_submit() const { return type == "submit" || type == "image"; }
  /// Whether it is a button of any kind.
  [[nodiscard]] bool is_button() const {
    return is_submit() || type == "button" || type == "reset";
  }
  /// Whether it is a select.
  [[nodiscard]] bool is_select() const { return type.starts_with("select-"); }
  /// Whether it is a checkbox or a radio button.
  [[nodiscard]] bool is_checkable() const { return type == "checkbox" || type == "radio"; }
  /// Whether it holds one text: all other kinds but files.
  [[nodiscard]] bool has_text() const {
    return !is_button() && !is_select() && !is_checkable() && type != "file";
  }
  /// Whether its page has an attribute for it.
  [[nodiscard]] bool has(std::string_view attribute) const { return element.has(attribute); }
  /// The value of an attribute; empty without it.
  [[nodiscard]] std::string_view attribute(std::string_view name_of_it) const {
    return element.attribute(name_of_it).value_or("");
  }
};

/// Whether an element can be checked: an input of type checkbox or radio.
[[nodiscard]] bool is_checkable(const Node& node);
/// Whether an element is one that can be disabled.
[[nodiscard]] bool can_be_disabled(const Node& node);
/// Whether an element is disabled, by itself or by a fieldset or optgroup around it.
[[nodiscard]] bool is_disabled(const Tree& tree, NodeIndex at);
/// For each node, whether it is an option that is selected when the page is loaded.
[[nodiscard]] std::vector<bool> selected_options(const Tree& tree);
/// The form that owns a control: by its attribute `form`, by the parser, or around it. kNoNode without
/// one.
[[nodiscard]] NodeIndex form_of(const Tree& tree, NodeIndex at);
/// Whether an element can have a label.
[[nodiscard]] bool can_have_label(const Node& node);
/// The element that a <label> is for, or kNoNode.
[[nodiscard]] NodeIndex target_of_label(const Tree& tree, NodeIndex label);

/// The controls of a form as they are when the page is loaded, in document order.
[[nodiscard]] std::vector<Control> controls_of(const Element& form);

}  // namespace mastic::testing::html
