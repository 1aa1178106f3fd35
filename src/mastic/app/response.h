// A response: one value that a handler returns.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/body.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// Status, fields and content. How it is framed is the server's matter: a handler sets no
/// Connection, Transfer-Encoding or Date, and a Content-Length only where it answers a HEAD request
/// itself or promises the length of content that is produced.
struct Response {
  Response() = default;
  explicit Response(http::Status code, Body content = {})
      : status(code), body(std::move(content)) {}

  /// Text with a media type: "text/plain; charset=utf-8" and the like.
  [[nodiscard]] static Response text(std::string text, http::Status status = http::Status::Ok);
  [[nodiscard]] static Response html(std::string html, http::Status status = http::Status::Ok);
  [[nodiscard]] static Response of_type(std::string_view media_type, Body body,
                                        http::Status status = http::Status::Ok);
  /// `location` is a path of this site or a whole URL; what a URL cannot have is escaped. It is the
  /// caller's to know that it may lead there.
  [[nodiscard]] static Response redirect(std::string_view location,
                                         http::Status status = http::Status::SeeOther);

  /// Replaces a field; returns the response, for chaining. Throws std::invalid_argument for what
  /// would split the message (http::Fields).
  Response& set(std::string_view name, std::string_view value) & {
    fields.set(name, value);
    return *this;
  }
  Response&& set(std::string_view name, std::string_view value) && {
    fields.set(name, value);
    return std::move(*this);
  }
  Response& set(http::FieldName name, std::string_view value) & {
    return set(to_string(name), value);
  }
  Response&& set(http::FieldName name, std::string_view value) && {
    return std::move(*this).set(to_string(name), value);
  }

  http::Status status = http::Status::Ok;
  http::Fields fields;
  Body body;
};

}  // namespace mastic::app
