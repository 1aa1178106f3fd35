// A form of a page that a TestClient has received.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/testing/html/form.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {

/// A form, filled in and submitted as a person does it:
///
///     client.get("/order").form("order").set("name", "Ada").check("gift").submit().follow();
///
/// What a browser would not let a person do throws std::logic_error (html::Form); `force` does it all
/// the same.
class TestForm {
 public:
  /// A form of the page in `page`.
  TestForm(TestResponse page, html::Form form) : page_(std::move(page)), form_(std::move(form)) {}

  /// Fills in a text, or chooses a radio button or an option, by its value or by what people read.
  TestForm& set(std::string_view name, std::string_view value,
                Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.set(name, value, where), *this;
  }
  /// Fills in one of several texts that share a name: `index` is 0 for the first.
  TestForm& set_nth(std::string_view name, std::size_t index, std::string_view value,
                    Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.set_nth(name, index, value, where), *this;
  }
  /// Checks the only checkbox with this name.
  TestForm& check(std::string_view name, Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.check(name, where), *this;
  }
  /// Checks one of several checkboxes, by its value or its label.
  TestForm& check(std::string_view name, std::string_view value,
                  Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.check(name, value, where), *this;
  }
  /// Unchecks all checkboxes with this name.
  TestForm& uncheck(std::string_view name, Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.uncheck(name, where), *this;
  }
  /// Unchecks one of several checkboxes, by its value or its label.
  TestForm& uncheck(std::string_view name, std::string_view value,
                    Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.uncheck(name, value, where), *this;
  }
  /// Chooses exactly these options of a select.
  TestForm& select(std::string_view name, const std::vector<std::string>& values,
                   Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.select(name, values, where), *this;
  }
  /// Chooses a file.
  TestForm& upload(std::string_view name, const html::FormFile& file,
                   Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.upload(name, file, where), *this;
  }
  /// Chooses files.
  TestForm& upload_files(std::string_view name, const std::vector<html::FormFile>& files,
                         Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.upload_files(name, files, where), *this;
  }
  /// Sets any value, whatever the page says about the control.
  TestForm& force(std::string_view name, std::string_view value,
                  Where where = Where::current()) MASTIC_LIFETIMEBOUND {
    return form_.force(name, value, where), *this;
  }
  /// Sets all controls to the values that the page has.
  TestForm& reset() MASTIC_LIFETIMEBOUND { return form_.reset(), *this; }

  /// The present value of a field.
  [[nodiscard]] std::string value(std::string_view name, Where where = Where::current()) const {
    return form_.value(name, where);
  }
  /// All values that would be submitted under a name.
  [[nodiscard]] std::vector<std::string> values(std::string_view name,
                                                Where where = Where::current()) const {
    return form_.values(name, where);
  }
  /// The controls with their present state, in document order.
  [[nodiscard]] const std::vector<html::Control>& controls() const MASTIC_LIFETIMEBOUND {
    return form_.controls();
  }
  /// What makes the form hard to use.
  [[nodiscard]] std::vector<std::string> lint() const { return form_.lint(); }
  /// The form without its client.
  [[nodiscard]] const html::Form& form() const MASTIC_LIFETIMEBOUND { return form_; }

  /// Submits the form as Enter does, which presses the first button, and returns the answer; it may
  /// be a redirection. Throws std::logic_error when a browser would not send the form, with all
  /// values that are missing or wrong.
  TestResponse submit(Where where = Where::current()) const;
  /// Presses a button, which is found by its id, its name, its value or its text.
  TestResponse submit(std::string_view button, Where where = Where::current()) const;
  /// Submits the form as a script does: without a button, and without asking whether the values are
  /// right.
  TestResponse submit_by_script(Where where = Where::current()) const;

 private:
  [[nodiscard]] TestResponse send(const html::Submission& submission, Where where) const;

  TestResponse page_;
  html::Form form_;
};

}  // namespace mastic::testing
