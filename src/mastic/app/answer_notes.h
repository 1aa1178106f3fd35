// Notes of handlers and pages about their answer, of which answer_completion.h makes fields.
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

class AnswerNotes {
 public:
  /// The answer depends on this field of the request. Three are kept: Accept and its kin.
  void add_dependence(http::FieldName field) {
    if (std::ranges::find(dependences(), field) != dependences().end()) return;
    if (dependence_count_ < dependences_.size()) dependences_[dependence_count_++] = field;
  }
  [[nodiscard]] std::span<const http::FieldName> dependences() const MASTIC_LIFETIMEBOUND {
    return std::span(dependences_).first(dependence_count_);
  }

  /// Whether there is nothing to add to the answer.
  [[nodiscard]] bool empty() const { return dependence_count_ == 0 && style_ == nullptr; }

  /// The answer is a page with this style, which has to live as long as the exchange; null: it is
  /// no such page.
  void set_style(const PageStyle* style) { style_ = style; }
  [[nodiscard]] const PageStyle* style() const { return style_; }

 private:
  const PageStyle* style_ = nullptr;
  std::array<http::FieldName, 3> dependences_{};
  std::uint8_t dependence_count_ = 0;
};

}  // namespace mastic::app
