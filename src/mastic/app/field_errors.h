// What is wrong with an input, field by field, in words for its sender.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/http_error.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

/// One thing that is wrong with an input.
struct FieldError {
  std::string field;    ///< "name", "items[2].price"
  std::string message;  ///< "it must not be empty"
};

/// Collects what is wrong with an input. A plain struct that comes in as Query, Form or Json may
/// have a member `validate`, which is called once all fields are read:
///
///     void validate(FieldErrors& errors) const {
///       errors.require(age >= 18, "age", "must be 18 or more");
///     }
///
/// The `validate` of a nested struct is called too, and its fields are named from the outermost
/// struct: "items[2].price". A field that could not be read has its default value. Errors that
/// `validate` adds about such a field are left out, because the sender has to correct its text
/// first. (A check that needs two fields may call `is_unread` for each of them.)
class FieldErrors {
 public:
  /// How many errors are kept; further ones are only counted. A list of a million errors would not
  /// help the sender.
  static constexpr std::size_t kMaxErrors = 100;

  /// Notes that `field` is wrong, and why, in words for the sender.
  void add(std::string_view field, std::string_view message) {
    const bool is_full = list_.size() == kMaxErrors;  // then it is only counted, which is cheap
    if (is_full || !is_unread(field)) keep(field, message);
  }
  /// Adds `message` about `field`, unless `holds` is true.
  void require(bool holds, std::string_view field, std::string_view message) {
    if (!holds) add(field, message);
  }

  /// Whether there are no errors.
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// How many errors there are, including those that were not kept.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// The errors that were kept, in the order in which they were found.
  [[nodiscard]] const std::vector<FieldError>& list() const MASTIC_LIFETIMEBOUND { return list_; }
  /// The first message about `field`; empty when there is none.
  [[nodiscard]] std::string_view of(std::string_view field) const MASTIC_LIFETIMEBOUND {
    for (const FieldError& error : list_) {
      if (error.field == field) return error.message;
    }
    return {};
  }

  // For the code that reads the fields, before any of them is checked.

  /// Notes that `field` could not be read, and why.
  void add_unread(std::string_view field, std::string_view message) {
    keep(field, message);
    unread_ = list_.size();
  }
  /// Whether `field`, or what it is a part of, could not be read.
  [[nodiscard]] bool is_unread(std::string_view field) const {
    for (std::size_t i = 0; i < unread_; ++i) {
      if (is_within(list_[i].field, place_, field)) return true;
    }
    return false;
  }

  /// Calls `check`. The fields that `check` names are taken as parts of `place`, such as
  /// "items[2].".
  template <class Check>
  void below(std::string_view place, Check check) {
    const std::size_t outer = place_.size();
    place_ += place;
    check();
    place_.resize(outer);
  }

 private:
  void keep(std::string_view field, std::string_view message) {
    ++count_;
    if (list_.size() < kMaxErrors) {
      list_.push_back({place_ + std::string(field), std::string(message)});
    }
  }
  /// Whether the field `place` + `name` is the field `whole`, or a part of `whole`. Does not
  /// concatenate `place` and `name`, because the function may be called for each field of a long
  /// list.
  static bool is_within(std::string_view whole, std::string_view place, std::string_view name);

  std::string place_;
  std::vector<FieldError> list_;
  std::size_t unread_ = 0;  ///< how many errors at the front of the list are of unread fields
  std::size_t count_ = 0;
};

/// The error for an input with wrong fields. It is answered with 422 and every message, each beside
/// its field.
class InvalidInput : public HttpError {
 public:
  /// When thrown, it is answered with 422 and all of `errors`.
  explicit InvalidInput(FieldErrors errors)
      : HttpError(http::Status::UnprocessableContent, describe(errors)),
        errors_(std::move(errors)) {}

  /// What is wrong, field by field.
  [[nodiscard]] const FieldErrors& errors() const MASTIC_LIFETIMEBOUND { return errors_; }

 private:
  static std::string describe(const FieldErrors& errors) {
    std::string text;
    for (const auto& [field, message] : errors.list()) {
      if (!text.empty()) text += "\n";
      text.append(field).append(field.empty() ? "" : ": ").append(message);
    }
    if (errors.count() > errors.list().size()) text += "\nand more";
    return text;
  }

  FieldErrors errors_;
};

inline bool FieldErrors::is_within(std::string_view whole, std::string_view place,
                                   std::string_view name) {
  std::string_view rest = whole;
  for (const std::string_view part : {place, name}) {
    const std::size_t both = std::min(part.size(), rest.size());
    if (part.substr(0, both) != rest.substr(0, both)) return false;
    rest.remove_prefix(both);
    if (both < part.size()) return whole.empty() || part[both] == '.' || part[both] == '[';
  }
  return rest.empty();
}

}  // namespace mastic::app
