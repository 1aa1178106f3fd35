// What a form sends.

#include "mastic/testing/html/form.h"

#include <algorithm>

#include "mastic/base/text.h"
#include "mastic/testing/html/constraints.h"
#include "mastic/testing/html/entries.h"
#include "mastic/testing/html/failure.h"

namespace mastic::testing::html {
namespace {

/// The value of an attribute of the button, or else of the form.
std::string_view of_button_or_form(const Control* button, std::string_view button_name,
                                   const Element& form, std::string_view form_name) {
  if (button != nullptr && button->has(button_name)) return button->attribute(button_name);
  return form.attribute(form_name).value_or("");
}

Submission::Method method_of(std::string_view text) {
  if (base::equal_ignoring_case(text, "post")) return Submission::Method::Post;
  return base::equal_ignoring_case(text, "dialog") ? Submission::Method::Dialog
                                                   : Submission::Method::Get;
}

Submission::Enctype enctype_of(std::string_view text) {
  if (base::equal_ignoring_case(text, "multipart/form-data")) return Submission::Enctype::Multipart;
  return base::equal_ignoring_case(text, "text/plain") ? Submission::Enctype::TextPlain
                                                       : Submission::Enctype::UrlEncoded;
}

/// The first encoding that accept-charset names and that is known, or else that of the page; UTF-16
/// becomes UTF-8.
Charset charset_of_form(const Element& form) {
  std::optional<Charset> charset;
  if (form.has("accept-charset")) {
    charset = Charset::Utf8;
    std::string_view labels = *form.attribute("accept-charset");
    while (!(labels = strip(labels)).empty()) {
      const std::size_t size = std::min(labels.find_first_of(" \t\n\f\r"), labels.size());
      if (const auto known = parse_charset(labels.substr(0, size))) {
        charset = known;
        break;
      }
      labels.remove_prefix(size);
    }
  } else {
    charset = parse_charset(form.tree().charset);
  }
  return charset == Charset::Windows1252 ? Charset::Windows1252 : Charset::Utf8;
}

std::string text_of_button(const Control& button) {
  if (button.element.name() == "button") return collapse(button.element.text());
  return button.type == "image" ? std::string(button.attribute("alt")) : button.value;
}

std::string list_buttons(const std::vector<Control>& controls) {
  std::string list;
  for (const Control& each : controls) {
    if (!each.is_submit()) continue;
    list += list.empty() ? "" : ", ";
    list += (each.name.empty() ? "" : each.name + "=") + "'" + each.value + "'";
    const std::string text = text_of_button(each);
    if (text != each.value) list += " (" + text + ")";
  }
  return list.empty() ? "it has no button that submits it" : "its buttons are " + list;
}

}  // namespace

std::string Form::title() const {
  for (const std::string_view name : {"id", "name"}) {
    if (!element_.attribute(name).value_or("").empty())
      return "'" + std::string(*element_.attribute(name)) + "'";
  }
  const std::string_view action = element_.attribute("action").value_or("");
  const std::string line = "on line " + std::to_string(element_.place().line);
  return action.empty() ? line : "to '" + std::string(action) + "' " + line;
}

void Form::fail(Where where, const std::string& message) const {
  fail_at(where, "form " + title() + ": " + message);
}

std::string Form::describe(const Control& control) const {
  const std::string name = control.name.empty() ? "without a name" : "'" + control.name + "'";
  return name + (control.label.empty() ? "" : " (" + control.label + ")");
}

Submission Form::submission(Where where) const {
  const auto first = std::ranges::find_if(controls_, &Control::is_submit);
  const Control* const button = first == controls_.end() ? nullptr : &*first;
  if (button != nullptr && button->is_disabled) {
    fail(where, "Enter does nothing, because the first button is disabled: " + describe(*button));
  }
  check_validity(button, where);
  return submit(button);
}

Submission Form::submission(std::string_view button, Where where) const {
  std::vector<const Control*> found;
  for (const Control& each : controls_) {
    const bool is_meant = each.attribute("id") == button || each.name == button ||
                          each.value == button || text_of_button(each) == button;
    if (each.is_submit() && is_meant) found.push_back(&each);
  }
  const std::string asked = "button '" + std::string(button) + "'";
  if (found.empty()) fail(where, "there is no " + asked + "; " + list_buttons(controls_));
  if (found.size() > 1) {
    fail(where, "there are " + std::to_string(found.size()) + " buttons for '" +
                    std::string(button) +
                    "'; say which by its value, its text or its id: " + list_buttons(controls_));
  }
  if (found[0]->is_disabled) fail(where, "the " + asked + " is disabled");
  check_validity(found[0], where);
  return submit(found[0]);
}

Submission Form::submission_by_script() const { return submit(nullptr); }

Submission Form::submit(const Control* button) const {
  Submission submission;
  submission.method = method_of(of_button_or_form(button, "formmethod", element_, "method"));
  submission.action = strip(of_button_or_form(button, "formaction", element_, "action"));
  submission.enctype = enctype_of(of_button_or_form(button, "formenctype", element_, "enctype"));
  submission.charset = charset_of_form(element_);
  submission.entries = entries_of(controls_, button, submission.charset);
  return submission;
}

void Form::check_validity(const Control* button, Where where) const {
  if (element_.has("novalidate") || (button != nullptr && button->has("formnovalidate"))) return;
  std::string faults;
  for (const Control& control : controls_) {
    const auto fault = validity_fault(control, controls_);
    if (fault) faults += (faults.empty() ? "" : "; ") + describe(control) + ": " + *fault;
  }
  if (!faults.empty()) fail(where, "a browser would not send it: " + faults);
}

}  // namespace mastic::testing::html
