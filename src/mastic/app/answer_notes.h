// What handlers and pages note about their answer; answer_completion.h turns the notes into fields.
//
//     answer_notes(request).add_dependence(http::FieldName::Accept);

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "mastic/base/attributes.h"
#include "mastic/http/field_name.h"

namespace mastic::app {

class PageStyle;

/// The notes about one answer.
class AnswerNotes {
 public:
  /// Notes that the answer depends on this field of the request. At most three fields are kept:
  /// enough for Accept, Accept-Language and Accept-Encoding.
  void add_dependence(http::FieldName field) {
    if (std::ranges::find(dependences(), field) != dependences().end()) return;
    if (dependence_count_ < dependences_.size()) dependences_[dependence_count_++] = field;
  }
  /// The fields of the request that the answer depends on.
  [[nodiscard]] std::span<const http::FieldName> dependences() const MASTIC_LIFETIMEBOUND {
    return std::span(dependences_).first(dependence_count_);
  }

  /// Whether there is nothing to add to the answer.
  [[nodiscard]] bool empty() const { return dependence_count_ == 0 && style_ == nullptr; }

  /// Notes that the answer is a page with this style, which has to live as long as the exchange.
  /// Null means that the answer has no style.
  void set_style(const PageStyle* style) { style_ = style; }
  /// The style of the answer if it is a page with a style, or null.
  [[nodiscard]] const PageStyle* style() const { return style_; }

 private:
  const PageStyle* style_ = nullptr;
  std::array<http::FieldName, 3> dependences_{};
  std::uint8_t dependence_count_ = 0;
};

}  // namespace mastic::app
