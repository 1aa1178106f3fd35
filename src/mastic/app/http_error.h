// Errors that a handler throws to be answered with a status of its choice.

#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// `throw HttpError(http::Status::Forbidden, "members only");` The client sees status and detail;
/// any other exception becomes a 500 that shows nothing of it.
class HttpError : public std::exception {
 public:
  /// Thrown, it is answered with `status` and, where the client is shown one, the sentence
  /// `detail`.
  explicit HttpError(http::Status status, std::string detail = {})
      : status_(status), detail_(std::move(detail)) {}

  /// The status of the answer.
  [[nodiscard]] http::Status status() const { return status_; }
  /// What the client is told, in plain words; may be empty.
  [[nodiscard]] const std::string& detail() const { return detail_; }
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }

  /// A field of the answer, such as Retry-After or WWW-Authenticate.
  HttpError& set(std::string_view name, std::string_view value) & {
    fields_.set(name, value);
    return *this;
  }
  HttpError&& set(std::string_view name, std::string_view value) && {
    return std::move(set(name, value));
  }
  /// The fields that the answer gets besides its own.
  [[nodiscard]] const http::Fields& fields() const { return fields_; }

 private:
  http::Status status_;
  std::string detail_;
  http::Fields fields_;
};

/// The content of a request cannot be had: it is malformed, cut short, too slow or too large. Thrown to
/// whoever reads it. The detail says why, to the client and, unless it is caught, to the log.
class ContentError final : public HttpError {
 public:
  using HttpError::HttpError;
};

/// The server could not store something for want of room. The client sees status and detail; `reason`,
/// which says where and what would help, is for the log, as `what`.
class StorageError final : public HttpError {
 public:
  /// Thrown, it is answered with `status` and the sentence `detail`; `reason` goes to the log.
  StorageError(http::Status status, std::string detail, std::string reason)
      : HttpError(status, std::move(detail)), reason_(std::move(reason)) {}
  [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }

 private:
  std::string reason_;
};

}  // namespace mastic::app
