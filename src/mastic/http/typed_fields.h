// Common response fields as types, so that they cannot be misspelt.
//
//     response.set(http::CacheControl{.is_public = true, .max_age = 1h});
//     response.set(http::ContentDisposition{.filename = "Jörg's report.pdf"});
//     response.add(http::Link{.target = "/style.css", .rel = "preload", .as = "style"});
//
// Each has the name of its field and makes its value; to_string() throws std::invalid_argument when
// the members make no valid value.

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

/// A type that a response can be given as a field.
template <class T>
concept TypedField = requires(const T& field) {
  { T::kName } -> std::convertible_to<FieldName>;
  { field.to_string() } -> std::same_as<std::string>;
};

/// How caches may keep the response (RFC 9111 §5.2.2, RFC 5861, RFC 8246).
struct CacheControl {
  static constexpr FieldName kName = FieldName::CacheControl;

  bool no_store = false;
  bool no_cache = false;
  bool is_public = false;
  bool is_private = false;
  bool must_revalidate = false;
  bool immutable = false;
  std::optional<std::chrono::seconds> max_age;
  std::optional<std::chrono::seconds> s_maxage;
  std::optional<std::chrono::seconds> stale_while_revalidate;

  /// Throws when it is both public and private, when nothing is set, or when a time is negative.
  [[nodiscard]] std::string to_string() const;
};

/// Whether a browser saves the content, and under which name, or shows it (RFC 6266).
struct ContentDisposition {
  static constexpr FieldName kName = FieldName::ContentDisposition;
  enum class Kind : std::uint8_t { Attachment, Inline };

  Kind kind = Kind::Attachment;
  std::string filename;  ///< UTF-8; folders before the name are dropped; may be empty

  [[nodiscard]] std::string to_string() const;
};

/// A link to another resource (RFC 8288). For several links, add several fields (`add`).
struct Link {
  static constexpr FieldName kName = FieldName::Link;

  std::string target;  ///< a URL, absolute or relative
  std::string rel;
  std::string as = {};     ///< of a preload: style, script, font, image
  std::string type = {};   ///< a media type
  std::string title = {};  ///< ASCII

  [[nodiscard]] std::string to_string() const;
};

/// How long a client should wait before it tries again (RFC 9110 §10.2.3).
struct RetryAfter {
  static constexpr FieldName kName = FieldName::RetryAfter;
  std::chrono::seconds after{};

  [[nodiscard]] std::string to_string() const;
};

/// The request fields that the response depends on (RFC 9110 §12.5.5).
struct Vary {
  static constexpr FieldName kName = FieldName::Vary;
  std::vector<FieldName> on;

  [[nodiscard]] std::string to_string() const;
};

/// Adds `on` to the Vary of `fields`, unless it is listed already or Vary is `*`.
void add_to_vary(Fields& fields, FieldName on);

}  // namespace mastic::http
