// A response: one value that a handler returns.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/body.h"
#include "mastic/app/upgrade.h"
#include "mastic/http/cookie.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"
#include "mastic/http/typed_fields.h"
#include "mastic/json/json.h"

namespace mastic::app {

/// An answer: status, fields and content. How it is framed is the server's matter: a handler sets
/// no Connection, Transfer-Encoding or Date, and a Content-Length only where it answers a HEAD
/// request itself or promises the length of content that is produced.
struct Response {
  Response() = default;
  /// Makes an answer with this status and content, and no fields yet.
  explicit Response(http::Status code, Body content = {})
      : status(code), body(std::move(content)) {}

  // What these are given is held by the response: text is moved in, a view is copied. Only Body::borrowed shows what
  // stands elsewhere.

  /// Answers with `text` as "text/plain; charset=utf-8".
  [[nodiscard]] static Response text(std::string text, http::Status status = http::Status::Ok) {
    return text_body(Body(std::move(text)), status);
  }
  /// Answers with text that stands elsewhere (Body::borrowed) or comes in pieces.
  [[nodiscard]] static Response text_body(Body&& text, http::Status status = http::Status::Ok);
  /// Answers with `html` as "text/html; charset=utf-8".
  [[nodiscard]] static Response html(std::string html, http::Status status = http::Status::Ok);
  /// Answers with `body` as `media_type`: "text/csv" and the like.
  [[nodiscard]] static Response of_type(std::string_view media_type, Body body,
                                        http::Status status = http::Status::Ok);
  /// Answers with `value` as "application/json". It is written at once, so it may hold views of what stays until this
  /// returns.
  template <json::JsonWritable T>
  [[nodiscard]] static Response json(const T& value, http::Status status = http::Status::Ok) {
    return json_text(json::to_json(value), status);
  }
  /// Leads to a path of this site, such as "/login?next=/cart" or "./next"; what a URL cannot have
  /// is escaped. What would lead to another site, as `//evil.example` does, throws HttpError 400:
  /// it may have come from the client.
  [[nodiscard]] static Response redirect(std::string_view path,
                                         http::Status status = http::Status::SeeOther);
  /// Leads anywhere. `url` is the caller's own, never the client's.
  [[nodiscard]] static Response redirect_to_other_site(
      std::string_view url, http::Status status = http::Status::SeeOther);

  /// 101, and after it the connection speaks another protocol, when the client asked for that and the
  /// request's content was read to its end. Otherwise the server answers in its place: 426 to who
  /// did not ask, 400 while content is unread, 503 while it drains. A layer that changes the status
  /// refuses the upgrade. No field names the protocol but those that the server sets.
  [[nodiscard]] static Response upgrade_to(std::unique_ptr<Upgrade> upgrade);

  /// Replaces a field; returns the response, for chaining. Throws std::invalid_argument for what
  /// would split the message (http::Fields).
  Response& set(std::string_view name, std::string_view value) & {
    fields.set(name, value);
    return *this;
  }
  Response& set(http::FieldName name, std::string_view value) & {
    return set(to_string(name), value);
  }
  /// Sets a field that has a type of its own, such as CacheControl (http/typed_fields.h).
  template <http::TypedField Field>
  Response& set(const Field& field) & {
    return set(Field::kName, field.to_string());
  }
  /// Appends a field, beside others of that name.
  Response& add(std::string_view name, std::string_view value) & {
    fields.add(name, value);
    return *this;
  }
  template <http::TypedField Field>
  Response& add(const Field& field) & {
    return add(to_string(Field::kName), field.to_string());
  }
  /// Throws std::invalid_argument for one that browsers would not take.
  Response& set_cookie(const http::SetCookie& cookie) & {
    return add("Set-Cookie", cookie.to_string());
  }
  /// Has the browser forget a cookie that was set with the defaults.
  Response& clear_cookie(std::string_view name) & {
    return clear_cookie(http::SetCookie{.name = std::string(name)});
  }
  /// One that was set otherwise: its path, domain and `secure` say which it is.
  Response& clear_cookie(http::SetCookie cookie) &;

  template <class... Arguments>
  Response&& set(const Arguments&... arguments) && {
    return std::move(set(arguments...));
  }
  template <class... Arguments>
  Response&& add(const Arguments&... arguments) && {
    return std::move(add(arguments...));
  }
  Response&& set_cookie(const http::SetCookie& cookie) && { return std::move(set_cookie(cookie)); }
  template <class Cookie>
  Response&& clear_cookie(const Cookie& cookie) && {
    return std::move(clear_cookie(cookie));
  }

  /// The status; Ok unless the handler says otherwise.
  http::Status status = http::Status::Ok;
  /// The fields of the head, but for those that frame the message, which the server adds.
  http::Fields fields;
  /// The content.
  Body body;
  std::unique_ptr<Upgrade> upgrade;  ///< with 101 only; null in all other answers

 private:
  Response(http::Status code, http::Fields&& its_fields, Body&& content)
      : status(code), fields(std::move(its_fields)), body(std::move(content)) {}
  [[nodiscard]] static Response json_text(std::string json, http::Status status);
};

/// Whether a redirect to `target` stays on the site: it begins with one slash, as a browser reads
/// it, or with "./".
[[nodiscard]] bool is_local_target(std::string_view target);

}  // namespace mastic::app
