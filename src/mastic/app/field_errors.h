// What is wrong with an input, field by field, in words for its sender.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/http_error.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

struct FieldError {
  std::string field;    ///< "name", "items[2].price"
  std::string message;  ///< "it must not be empty"
};

/// A plain struct that comes in as Query, Form or Json may have a member
///
///     void validate(FieldErrors& errors) const {
///       errors.require(age >= 18, "age", "must be 18 or more");
///     }
///
/// which is called once all fields are read. That of a struct inside another one is called too, and
/// its fields are named from the outside: "items[2].price".
class FieldErrors {
 public:
  void add(std::string_view field, std::string_view message) {
    list_.push_back({place_ + std::string(field), std::string(message)});
  }
  /// Adds `message` unless `holds`.
  void require(bool holds, std::string_view field, std::string_view message) {
    if (!holds) add(field, message);
  }

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] const std::vector<FieldError>& list() const MASTIC_LIFETIMEBOUND { return list_; }
  /// The first message about `field`; empty when there is none.
  [[nodiscard]] std::string_view of(std::string_view field) const MASTIC_LIFETIMEBOUND {
    for (const FieldError& error : list_) {
      if (error.field == field) return error.message;
    }
    return {};
  }

  /// Calls `check`, whose fields stand below `place`: "items[2]." and the like.
  template <class Check>
  void below(std::string_view place, Check check) {
    const std::size_t outer = place_.size();
    place_ += place;
    check();
    place_.resize(outer);
  }

 private:
  std::string place_;
  std::vector<FieldError> list_;
};

/// Answered with 422 and every message, each beside its field.
class InvalidInput : public HttpError {
 public:
  explicit InvalidInput(FieldErrors errors)
      : HttpError(http::Status::UnprocessableContent, describe(errors)),
        errors_(std::move(errors)) {}

  [[nodiscard]] const FieldErrors& errors() const MASTIC_LIFETIMEBOUND { return errors_; }

 private:
  static std::string describe(const FieldErrors& errors) {
    std::string text;
    for (const auto& [field, message] : errors.list()) {
      if (!text.empty()) text += "\n";
      text.append(field).append(field.empty() ? "" : ": ").append(message);
    }
    return text;
  }

  FieldErrors errors_;
};

}  // namespace mastic::app
