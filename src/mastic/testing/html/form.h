// A form of a page, filled in and submitted as a person does it.

#pragma once

#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/testing/html/control.h"
#include "mastic/testing/html/submission.h"

namespace mastic::testing::html {

/// A form and its present state. It begins with the values that the page has; a copy is filled in
/// independently.
///
///     Form form = page.form("order");
///     form.set("name", "Ada").select("tea", {"Assam"}).check("gift");
///     form.submission().urlencoded();  // "name=Ada&tea=1&gift=on"
///
/// The rules are those of the HTML standard. So what a browser would not let a person do throws
/// std::logic_error, with the place of the call, what was asked and what there is: an option that does
/// not exist, a text that is too long, a control that is disabled. `force` does it all the same, to
/// test what an application makes of it.
class Form {
 public:
  /// The place of a call, for messages.
  using Where = std::source_location;

  /// The form of a <form> element. Requires: `element` is one.
  explicit Form(Element element) : element_(std::move(element)), controls_(controls_of(element_)) {}

  /// The <form> element.
  [[nodiscard]] const Element& element() const MASTIC_LIFETIMEBOUND { return element_; }
  /// What it is called in messages: its id, its name or its action.
  [[nodiscard]] std::string title() const;
  /// The controls with their present state, in document order: those in the form, and those whose
  /// attribute `form` names it.
  [[nodiscard]] const std::vector<Control>& controls() const MASTIC_LIFETIMEBOUND {
    return controls_;
  }

  /// Fills in a control of text, or chooses a radio button or the option of a select by its value or
  /// by what people read beside it. Throws for a name that several texts have: set_nth says which.
  Form& set(std::string_view name, std::string_view value, Where where = Where::current());
  /// Fills in one of several controls of text that share a name: `index` is 0 for the first.
  Form& set_nth(std::string_view name, std::size_t index, std::string_view value,
                Where where = Where::current());
  /// Checks the only checkbox with this name, or chooses the only radio button.
  Form& check(std::string_view name, Where where = Where::current());
  /// Checks one of several checkboxes by its value or its label.
  Form& check(std::string_view name, std::string_view value, Where where = Where::current());
  /// Unchecks all checkboxes with this name.
  Form& uncheck(std::string_view name, Where where = Where::current());
  /// Unchecks one of several checkboxes by its value or its label.
  Form& uncheck(std::string_view name, std::string_view value, Where where = Where::current());
  /// Chooses exactly these options of a select, each by its value or its label. More than one needs a
  /// select with `multiple`.
  Form& select(std::string_view name, const std::vector<std::string>& values,
               Where where = Where::current());
  /// Chooses a file.
  Form& upload(std::string_view name, const FormFile& file, Where where = Where::current());
  /// Chooses files. More than one needs an input with `multiple`.
  Form& upload_files(std::string_view name, const std::vector<FormFile>& files,
                     Where where = Where::current());
  /// Sets any value, whatever the page says about the control: hidden, disabled, read-only, too long,
  /// an option that there is not. Nothing is asked of that control before a submission either.
  Form& force(std::string_view name, std::string_view value, Where where = Where::current());
  /// Sets all controls to the values that the page has.
  Form& reset();

  /// The present value: the text, the value of the option or the radio button that is chosen, or that
  /// of a checkbox. Empty if nothing is chosen. Throws for a name that several texts have.
  [[nodiscard]] std::string value(std::string_view name, Where where = Where::current()) const;
  /// All values that would be submitted under this name, in their order.
  [[nodiscard]] std::vector<std::string> values(std::string_view name,
                                                Where where = Where::current()) const;

  /// What is sent when a person presses Enter: as if the first submit button was pressed, if there is
  /// one. Throws when a browser would not send the form, because a value is missing or wrong; the
  /// message lists all of them. A form with `novalidate` is sent anyway.
  [[nodiscard]] Submission submission(Where where = Where::current()) const;
  /// What is sent when a button is pressed. It is found by its id, its name, its value or its text.
  [[nodiscard]] Submission submission(std::string_view button,
                                      Where where = Where::current()) const;
  /// What a script sends that submits the form without a button and without asking whether the values
  /// are right.
  [[nodiscard]] Submission submission_by_script() const;

  /// What makes the form hard to use: controls without a label, and in the whole page labels that are
  /// for nothing and ids that several elements have. Each begins with its line and column.
  [[nodiscard]] std::vector<std::string> lint() const;

 private:
  /// The indices of the controls with this name that `is_meant` accepts.
  template <class Accept>
  [[nodiscard]] std::vector<std::size_t> find(std::string_view name, Accept is_meant) const;
  [[noreturn]] void fail(Where where, const std::string& message) const;
  [[noreturn]] void fail_unknown(std::string_view name, Where where) const;
  void require_name(std::string_view name, Where where) const;
  void enter(Control& control, std::string_view value, Where where) const;
  Control& checkbox(std::string_view name, std::string_view value, Where where);
  void choose_radio(std::string_view name, std::string_view value, Where where);
  [[nodiscard]] std::string describe(const Control& control) const;
  [[nodiscard]] Submission submit(const Control* button) const;
  void check_validity(const Control* button, Where where) const;

  Element element_;
  std::vector<Control> controls_;
};

}  // namespace mastic::testing::html
