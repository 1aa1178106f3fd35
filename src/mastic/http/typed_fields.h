// Common response fields as types, so that they cannot be misspelt.
//
//     response.set(http::CacheControl{.is_public = true, .max_age = 1h});
//     response.set(http::ContentDisposition{.filename = "Jörg's report.pdf"});
//     response.add(http::Link{.target = "/style.css", .rel = "preload", .as = "style"});
//
// Each type knows the name of its field. Its to_string() makes the value, and throws
// std::invalid_argument if the members make no valid value.

#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/http/field_name.h"
#include "mastic/http/fields.h"

namespace mastic::http {

/// A type whose objects can be set or added as a field of a response.
template <class T>
concept TypedField = requires(const T& field) {
  { T::kName } -> std::convertible_to<FieldName>;
  { field.to_string() } -> std::same_as<std::string>;
};

/// How caches may keep the response (RFC 9111 §5.2.2, RFC 5861, RFC 8246).
struct CacheControl {
  static constexpr FieldName kName = FieldName::CacheControl;

  /// No cache stores the response.
  bool no_store = false;
  /// A cache asks whether the response is still current before it uses it.
  bool no_cache = false;
  /// Any cache may store the response, even one that many people share.
  bool is_public = false;
  /// Only the browser's own cache may store the response.
  bool is_private = false;
  /// Once the response is out of date, no cache uses it without asking, under any circumstances.
  bool must_revalidate = false;
  /// The response never changes, so browsers do not ask for a newer one while it is current.
  bool immutable = false;
  /// How long the response stays current.
  std::optional<std::chrono::seconds> max_age;
  /// How long the response stays current in caches that many people share.
  std::optional<std::chrono::seconds> s_maxage;
  /// How long a cache may still use the response after it is out of date, while the cache asks for
  /// a newer one.
  std::optional<std::chrono::seconds> stale_while_revalidate;

  /// Returns the value of the field. Throws if the response is both public and private, if nothing
  /// is set, or if a time is negative.
  [[nodiscard]] std::string to_string() const;
};

/// Whether a browser saves the content, and under which name, or shows it (RFC 6266).
struct ContentDisposition {
  static constexpr FieldName kName = FieldName::ContentDisposition;
  /// What a browser does with the content: it saves the content, or shows it.
  enum class Kind : std::uint8_t { Attachment, Inline };

  /// Whether the content is saved or shown.
  Kind kind = Kind::Attachment;
  std::string filename;  ///< UTF-8; folders before the name are dropped; may be empty

  /// The value of the field, with a name beyond ASCII in the encoding of RFC 8187.
  [[nodiscard]] std::string to_string() const;
};

/// A link to another resource (RFC 8288). For several links, add several fields (`add`).
struct Link {
  static constexpr FieldName kName = FieldName::Link;

  std::string target;  ///< a URL, absolute or relative
  /// What the target is to this resource: "next", "preload", "canonical".
  std::string rel;
  std::string as = {};     ///< for a preload, the kind: style, script, font, image
  std::string type = {};   ///< a media type
  std::string title = {};  ///< a title for people, in ASCII

  /// The value of the field. Throws std::invalid_argument if a part contains what the field cannot
  /// express.
  [[nodiscard]] std::string to_string() const;
};

/// How long a client should wait before it tries again (RFC 9110 §10.2.3).
struct RetryAfter {
  static constexpr FieldName kName = FieldName::RetryAfter;
  /// The time to wait, from now.
  std::chrono::seconds after{};

  /// The value of the field, in seconds.
  [[nodiscard]] std::string to_string() const;
};

/// The request fields that the response depends on (RFC 9110 §12.5.5).
struct Vary {
  static constexpr FieldName kName = FieldName::Vary;
  /// The names of the request fields.
  std::vector<FieldName> on;

  /// The value of the field: the names, with commas between them. Throws std::invalid_argument if
  /// there are no names.
  [[nodiscard]] std::string to_string() const;
};

/// Adds `on` to the Vary of `fields`, unless `on` is listed already or Vary is `*`.
void add_to_vary(Fields& fields, FieldName on);

}  // namespace mastic::http
