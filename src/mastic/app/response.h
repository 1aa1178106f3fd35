// A response: one value that a handler returns.

#pragma once

#include <initializer_list>
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

/// An answer: status, fields and content. The server frames it: a handler does not set Connection,
/// Transfer-Encoding or Date, and sets Content-Length only when it answers a HEAD request itself or
/// knows the length of content that is produced.
struct Response {
  Response() = default;
  /// Makes an answer with this status and content, and no fields yet.
  explicit Response(http::Status code, Body content = {})
      : status(code), body(std::move(content)) {}

  // The response owns what these functions are given: a string is moved in, a view is copied. Only
  // the bytes of a Body::borrowed stay elsewhere.

  /// Answers with `text` as "text/plain; charset=utf-8".
  [[nodiscard]] static Response text(std::string text, http::Status status = http::Status::Ok);
  /// Answers with text that is stored elsewhere, without a copy (Body::borrowed).
  [[nodiscard]] static Response borrowed_text(std::string_view text MASTIC_LIFETIMEBOUND,
                                              http::Status status = http::Status::Ok);
  /// Answers with text that comes in pieces, or that another body holds.
  [[nodiscard]] static Response text_body(Body&& text, http::Status status = http::Status::Ok);
  /// Answers with `html` as "text/html; charset=utf-8".
  [[nodiscard]] static Response html(std::string html, http::Status status = http::Status::Ok);
  /// Answers with `body` as `media_type`: "text/csv" and the like.
  [[nodiscard]] static Response of_type(std::string_view media_type, Body body,
                                        http::Status status = http::Status::Ok);
  /// Answers with `value` as "application/json". The value is converted during the call, so views
  /// in it need not live longer.
  template <json::JsonWritable T>
  [[nodiscard]] static Response json(const T& value, http::Status status = http::Status::Ok) {
    return json_text(json::to_json(value), status);
  }
  /// Redirects to a path of this site, such as "/login?next=/cart" or "./next". Characters that a
  /// URL cannot have are escaped. A target that leads to another site, such as `//evil.example`,
  /// throws HttpError 400, because it may have come from the client.
  [[nodiscard]] static Response redirect(std::string_view path,
                                         http::Status status = http::Status::SeeOther);
  /// Redirects to any URL. `url` must come from the application, never from the client.
  [[nodiscard]] static Response redirect_to_other_site(
      std::string_view url, http::Status status = http::Status::SeeOther);

  /// Answers with 101, after which the connection speaks another protocol. The server does this if
  /// the client has asked for that protocol and the request's content was read to its end.
  /// Otherwise the server sends an error instead: 426 if the client did not ask, 400 if content is
  /// left unread, 503 while the server drains. A layer that changes the status thereby refuses the
  /// upgrade. The server sets the fields that name the protocol.
  [[nodiscard]] static Response upgrade_to(std::unique_ptr<Upgrade> upgrade);

  /// Sets a field in place of all fields of that name; returns the response, for chaining. Throws
  /// std::invalid_argument for characters that a field cannot have (http::Fields).
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
  /// Adds a field, and keeps other fields of that name.
  Response& add(std::string_view name, std::string_view value) & {
    fields.add(name, value);
    return *this;
  }
  template <http::TypedField Field>
  Response& add(const Field& field) & {
    return add(to_string(Field::kName), field.to_string());
  }
  /// Sets a cookie. Throws std::invalid_argument for a cookie that browsers would not accept.
  Response& set_cookie(const http::SetCookie& cookie) & {
    return add("Set-Cookie", cookie.to_string());
  }
  /// Makes the browser delete a cookie that was set with the default attributes.
  Response& clear_cookie(std::string_view name) & {
    return clear_cookie(http::SetCookie{.name = std::string(name)});
  }
  /// Makes the browser delete a cookie that was set with the path, domain and `secure` of `cookie`.
  Response& clear_cookie(http::SetCookie cookie) &;

  /// Sends trailer fields after content that is produced, for values that are known only then, such
  /// as a checksum. `make` is called in user code when the content has ended, and returns the
  /// fields. Throws std::invalid_argument for a name that must not be a trailer (RFC 9110 §6.5.1);
  /// an answer whose `make` returns a field that `names` does not announce is aborted.
  ///
  ///     response.set_trailers({"Content-Digest"}, [sum] { ... return fields; });
  ///
  /// Clients and proxies may drop trailers, so send nothing in them that a client needs. They are
  /// left out where an answer cannot have them: when the length of the content is known, in HTTP/1.0,
  /// and in an answer to HEAD.
  Response& set_trailers(std::initializer_list<std::string_view> names, MakeTrailers make) &;
  Response&& set_trailers(std::initializer_list<std::string_view> names, MakeTrailers make) && {
    return std::move(set_trailers(names, std::move(make)));
  }

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
  /// The fields of the head, except those that frame the message, which the server adds.
  http::Fields fields;
  /// The content.
  Body body;
  std::unique_ptr<Upgrade> upgrade;  ///< with 101; with 426 only for its name; or null

 private:
  Response(http::Status code, http::Fields&& its_fields, Body&& content)
      : status(code), fields(std::move(its_fields)), body(std::move(content)) {}
  /// Shares the fields, and makes the content in place: a handler's text is not moved once more.
  template <std::invocable MakeBody>
  Response(http::Status code, const http::Fields& shared, MakeBody make_body)
      : status(code), fields(http::Fields::sharing(shared)), body(make_body()) {}
  [[nodiscard]] static Response json_text(std::string json, http::Status status);
};

/// Whether a redirect to `target` stays on the site: `target` begins with "./", or with what a
/// browser reads as exactly one slash.
[[nodiscard]] bool is_local_target(std::string_view target);

}  // namespace mastic::app
