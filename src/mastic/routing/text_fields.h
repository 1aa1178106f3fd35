// The fields of a query or form as their sender wrote them: names and text.

#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/attributes.h"

namespace mastic::routing {

/// A field of a query or form: its name and its text, decoded.
struct TextField {
  std::string name;
  std::string text;
};

/// The fields of a form or query, in order, as they were sent: for a page that shows the form
/// again.
class TextFields {
 public:
  TextFields() = default;
  explicit TextFields(std::vector<TextField> list) : list_(std::move(list)) {}

  /// The text of the field `name`; `otherwise` when there is no such field. If there are several
  /// such fields, the last one counts, as it does for a member of the struct. Escape the text for
  /// the page (html_escape), because it may contain anything.
  [[nodiscard]] std::string_view of(std::string_view name,
                                    std::string_view otherwise MASTIC_LIFETIMEBOUND = {}) const
      MASTIC_LIFETIMEBOUND {
    const auto found = std::ranges::find(list_.rbegin(), list_.rend(), name, &TextField::name);
    return found == list_.rend() ? otherwise : found->text;
  }
  /// Whether one of the fields `name` has this text: for check boxes and lists.
  [[nodiscard]] bool has(std::string_view name, std::string_view text) const {
    return std::ranges::any_of(
        list_, [&](const TextField& each) { return each.name == name && each.text == text; });
  }
  /// All fields, in order.
  [[nodiscard]] const std::vector<TextField>& list() const MASTIC_LIFETIMEBOUND { return list_; }

 private:
  std::vector<TextField> list_;
};

}  // namespace mastic::routing
