// What a person does with a form.

#include <algorithm>
#include <functional>

#include "mastic/testing/html/constraints.h"
#include "mastic/testing/html/failure.h"
#include "mastic/testing/html/form.h"

namespace mastic::testing::html {
namespace {

/// The index of an option by its value, or else by its label; nullopt if there is none.
std::optional<std::size_t> find_option(const std::vector<FormOption>& options,
                                       std::string_view wanted) {
  auto found = std::ranges::find(options, wanted, &FormOption::value);
  if (found == options.end())
    found = std::ranges::find(options, collapse(wanted), &FormOption::label);
  if (found == options.end()) return std::nullopt;
  return static_cast<std::size_t>(found - options.begin());
}

std::string list_options(const Control& select, std::string_view wanted) {
  std::vector<std::string> names;
  for (const FormOption& option : select.options) {
    names.push_back(option.value);
    if (option.label != option.value) names.push_back(option.label);
  }
  return names.empty() ? "it has no options" : "it has " + list_names(wanted, names);
}

bool is_called(const Control& control, std::string_view value) {
  return control.value == value || control.label == collapse(value);
}

std::string list_values(const std::vector<Control>& controls, const std::vector<std::size_t>& which,
                        std::string_view wanted) {
  std::vector<std::string> names;
  for (const std::size_t each : which) {
    names.push_back(controls[each].value);
    if (!controls[each].label.empty()) names.push_back(controls[each].label);
  }
  return list_names(wanted, names);
}

}  // namespace

template <class Accept>
std::vector<std::size_t> Form::find(std::string_view name, Accept is_meant) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < controls_.size(); ++i) {
    if (controls_[i].name == name && std::invoke(is_meant, controls_[i])) found.push_back(i);
  }
  return found;
}

void Form::fail_unknown(std::string_view name, Where where) const {
  std::vector<std::string> names;
  for (const Control& each : controls_) {
    if (!each.name.empty()) names.push_back(each.name);
  }
  fail(where, "there is no field '" + std::string(name) + "'; " +
                  (names.empty() ? "it has no fields with a name"
                                 : "its fields are " + list_names(name, names)));
}

void Form::require_name(std::string_view name, Where where) const {
  const bool is_known =
      !name.empty() && std::ranges::find(controls_, name, &Control::name) != controls_.end();
  if (!is_known) fail_unknown(name, where);
}

void Form::enter(Control& control, std::string_view value, Where where) const {
  if (const auto fault = entry_fault(control, value)) {
    fail(where, describe(control) + " cannot be set to '" + std::string(value) + "': " + *fault +
                    "; force() sets it all the same");
  }
  control.value = sanitize(control, value);
  control.is_changed = true;
}

Form& Form::set(std::string_view name, std::string_view value, Where where) {
  require_name(name, where);
  const auto texts = find(name, &Control::has_text);
  const auto selects = find(name, &Control::is_select);
  const auto radios = find(name, [](const Control& each) { return each.type == "radio"; });
  if (texts.size() + selects.size() > 1) {
    fail(where, std::to_string(texts.size() + selects.size()) + " fields are called '" +
                    std::string(name) + "'; set_nth says which, by a number from 0");
  }
  if (texts.size() == 1) {
    enter(controls_[texts[0]], value, where);
  } else if (selects.size() == 1) {
    return select(name, {std::string(value)}, where);
  } else if (!radios.empty()) {
    choose_radio(name, value, where);
  } else {
    const Control& other = controls_[find(name, [](const Control&) { return true; })[0]];
    fail(where, "'" + std::string(name) + "' has the type " + other.type +
                    ", which set() does not fill in; use " +
                    (other.type == "checkbox" ? "check() or uncheck()"
                     : other.type == "file"   ? "upload()"
                                              : "submission(button)"));
  }
  return *this;
}

Form& Form::set_nth(std::string_view name, std::size_t index, std::string_view value, Where where) {
  require_name(name, where);
  const auto texts = find(name, &Control::has_text);
  if (index >= texts.size()) {
    fail(where, std::to_string(texts.size()) + " fields of text are called '" + std::string(name) +
                    "', so there is no number " + std::to_string(index) + " (the first is 0)");
  }
  enter(controls_[texts[index]], value, where);
  return *this;
}

void Form::choose_radio(std::string_view name, std::string_view value, Where where) {
  const auto group = find(name, [](const Control& each) { return each.type == "radio"; });
  const auto chosen =
      std::ranges::find_if(group, [&](std::size_t i) { return is_called(controls_[i], value); });
  if (chosen == group.end()) {
    fail(where, "'" + std::string(name) + "' has no radio button '" + std::string(value) +
                    "'; it has " + list_values(controls_, group, value));
  }
  if (controls_[*chosen].is_disabled)
    fail(where, "the radio button '" + std::string(value) + "' of '" + std::string(name) +
                    "' is disabled");
  for (const std::size_t each : group) controls_[each].is_checked = each == *chosen;
}

Control& Form::checkbox(std::string_view name, std::string_view value, Where where) {
  require_name(name, where);
  const auto boxes = find(name, [](const Control& each) { return each.type == "checkbox"; });
  if (boxes.empty()) fail(where, "'" + std::string(name) + "' is not a checkbox");
  const auto found =
      std::ranges::find_if(boxes, [&](std::size_t i) { return is_called(controls_[i], value); });
  if (found == boxes.end()) {
    fail(where, "'" + std::string(name) + "' has no checkbox '" + std::string(value) +
                    "'; it has " + list_values(controls_, boxes, value));
  }
  if (controls_[*found].is_disabled)
    fail(where, "the checkbox " + describe(controls_[*found]) + " is disabled");
  return controls_[*found];
}

Form& Form::check(std::string_view name, Where where) {
  require_name(name, where);
  const auto boxes = find(name, &Control::is_checkable);
  if (boxes.size() > 1) {
    fail(where, "'" + std::string(name) + "' has " + std::to_string(boxes.size()) +
                    " boxes; say which: " + list_values(controls_, boxes, ""));
  }
  if (boxes.size() == 1 && controls_[boxes[0]].type == "radio") {
    choose_radio(name, controls_[boxes[0]].value, where);
  } else {
    checkbox(name, boxes.empty() ? "" : controls_[boxes[0]].value, where).is_checked = true;
  }
  return *this;
}

Form& Form::check(std::string_view name, std::string_view value, Where where) {
  if (!find(name, [](const Control& each) { return each.type == "radio"; }).empty()) {
    choose_radio(name, value, where);
  } else {
    checkbox(name, value, where).is_checked = true;
  }
  return *this;
}

Form& Form::uncheck(std::string_view name, Where where) {
  require_name(name, where);
  const auto boxes = find(name, [](const Control& each) { return each.type == "checkbox"; });
  if (boxes.empty())
    fail(where, "'" + std::string(name) + "' is not a checkbox, so it cannot be unchecked");
  for (const std::size_t each : boxes) {
    if (controls_[each].is_checked && controls_[each].is_disabled)
      fail(where, "the checkbox " + describe(controls_[each]) + " is disabled");
    controls_[each].is_checked = false;
  }
  return *this;
}

Form& Form::uncheck(std::string_view name, std::string_view value, Where where) {
  checkbox(name, value, where).is_checked = false;
  return *this;
}

Form& Form::select(std::string_view name, const std::vector<std::string>& values, Where where) {
  require_name(name, where);
  const auto selects = find(name, &Control::is_select);
  if (selects.size() != 1) {
    fail(where, selects.empty() ? "'" + std::string(name) + "' is not a select"
                                : "there are several selects '" + std::string(name) + "'");
  }
  Control& control = controls_[selects[0]];
  if (control.is_disabled) fail(where, describe(control) + " is disabled");
  if (control.type == "select-one" && values.size() != 1) {
    fail(where, describe(control) + " takes exactly one option, because it is not 'multiple'");
  }
  std::vector<std::size_t> chosen;
  for (const std::string& value : values) {
    const auto option = find_option(control.options, value);
    if (!option)
      fail(where,
           describe(control) + " has no option '" + value + "'; " + list_options(control, value));
    if (control.options[*option].is_disabled)
      fail(where, "the option '" + value + "' of " + describe(control) + " is disabled");
    chosen.push_back(*option);
  }
  for (FormOption& option : control.options) option.is_selected = false;
  for (const std::size_t each : chosen) control.options[each].is_selected = true;
  control.is_changed = true;
  return *this;
}

Form& Form::upload(std::string_view name, const FormFile& file, Where where) {
  return upload_files(name, {file}, where);
}

Form& Form::upload_files(std::string_view name, const std::vector<FormFile>& files, Where where) {
  require_name(name, where);
  const auto inputs = find(name, [](const Control& each) { return each.type == "file"; });
  if (inputs.empty()) fail(where, "'" + std::string(name) + "' does not take files");
  Control& control = controls_[inputs[0]];
  if (control.is_disabled) fail(where, describe(control) + " is disabled");
  if (files.size() > 1 && !control.has("multiple")) {
    fail(where, describe(control) + " takes one file, because it is not 'multiple'");
  }
  control.files = files;
  return *this;
}

Form& Form::force(std::string_view name, std::string_view value, Where where) {
  require_name(name, where);
  const auto all = find(name, [](const Control& each) { return !each.is_button(); });
  if (all.empty())
    fail(where, "'" + std::string(name) + "' is a button; submission(button) presses it");
  // Of several boxes, the one that has this value, if there is one.
  const auto same = std::ranges::find_if(all, [&](std::size_t i) {
    return controls_[i].is_checkable() && controls_[i].value == value;
  });
  const std::size_t chosen = same == all.end() ? all[0] : *same;
  Control& control = controls_[chosen];
  if (control.type == "radio") {
    for (const std::size_t each : all) controls_[each].is_checked = false;
  }
  for (FormOption& option : control.options) option.is_selected = false;
  if (control.is_select())
    control.options.push_back({std::string(value), std::string(value), true});
  if (control.type == "file") control.files = {{std::string(value)}};
  control.value = value;
  control.is_checked = control.is_checkable();
  control.is_disabled = false;
  control.is_forced = control.is_changed = true;
  return *this;
}

Form& Form::reset() {
  controls_ = controls_of(element_);
  return *this;
}

std::string Form::value(std::string_view name, Where where) const {
  require_name(name, where);
  const auto all = find(name, [](const Control& each) { return !each.is_button(); });
  const auto texts = find(name, &Control::has_text);
  if (texts.size() > 1) {
    fail(where, std::to_string(texts.size()) + " fields are called '" + std::string(name) +
                    "'; values() has all of them");
  }
  for (const std::size_t each : all) {
    const Control& control = controls_[each];
    if (control.has_text()) return control.value;
    if (control.is_checkable() && control.is_checked) return control.value;
    if (control.type == "file" && !control.files.empty()) return control.files[0].name;
    for (const FormOption& option : control.options) {
      if (option.is_selected) return option.value;
    }
  }
  return {};
}

std::vector<std::string> Form::values(std::string_view name, Where where) const {
  require_name(name, where);
  std::vector<std::string> values;
  for (const FormEntry& entry : submit(nullptr).entries) {
    if (entry.name == name) values.push_back(entry.file ? entry.file->name : entry.value);
  }
  return values;
}

}  // namespace mastic::testing::html
