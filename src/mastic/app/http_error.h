// Errors that a handler throws to be answered with a status of its choice.

#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// An error that is answered with a status of the handler's choice:
///
///     throw HttpError(http::Status::Forbidden, "members only");
///
/// The client sees status and detail. Any other exception becomes a 500 that shows nothing of the
/// exception.
class HttpError : public std::exception {
 public:
  /// When thrown, it is answered with `status` and a page that shows the sentence `detail`.
  explicit HttpError(http::Status status, std::string detail = {})
      : status_(status), detail_(std::move(detail)) {}

  /// The status of the answer.
  [[nodiscard]] http::Status status() const { return status_; }
  /// What the client is told, in plain words; may be empty.
  [[nodiscard]] const std::string& detail() const { return detail_; }
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }

  /// Sets a field of the answer, such as Retry-After or WWW-Authenticate.
  HttpError& set(std::string_view name, std::string_view value) & {
    fields_.set(name, value);
    return *this;
  }
  HttpError&& set(std::string_view name, std::string_view value) && {
    return std::move(set(name, value));
  }
  /// The fields that were set, which the answer gets besides its usual ones.
  [[nodiscard]] const http::Fields& fields() const { return fields_; }

 private:
  http::Status status_;
  std::string detail_;
  http::Fields fields_;
};

/// The content of a request cannot be read: it is malformed, cut short, too slow or too large.
/// Thrown by the functions that read content. The detail says why, to the client and, unless the
/// error is caught, in the log.
class ContentError final : public HttpError {
 public:
  using HttpError::HttpError;
};

/// The server lacks the disk space, descriptors or memory to store something. The client sees
/// status and detail. `what` is for the log: it says where storing failed and what would help.
class StorageError final : public HttpError {
 public:
  /// When thrown, it is answered with `status` and the sentence `detail`; `reason` goes to the log.
  StorageError(http::Status status, std::string detail, std::string reason)
      : HttpError(status, std::move(detail)), reason_(std::move(reason)) {}
  [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }

 private:
  std::string reason_;
};

}  // namespace mastic::app
