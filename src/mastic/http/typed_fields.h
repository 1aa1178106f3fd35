// Fields that responses often have, as values that cannot be misspelt.
//
//     response.set(http::CacheControl{.is_public = true, .max_age = 1h});
//     response.set(http::ContentDisposition{.filename = "Jörg's report.pdf"});
//     response.add(http::Link{.target = "/style.css", .rel = "preload", .as = "style"});
//
// Each has the name of its field and makes its value; one that cannot be is refused with
// std::invalid_argument.

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

template <class T>
concept TypedField = requires(const T& field) {
  { T::kName } -> std::convertible_to<FieldName>;
  { field.to_string() } -> std::same_as<std::string>;
};

/// RFC 9111 §5.2.2 and RFC 5861, RFC 8246.
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

  /// Throws when it is both public and private, or says nothing.
  [[nodiscard]] std::string to_string() const;
};

/// How a browser treats the content (RFC 6266): saved under a name, or shown.
struct ContentDisposition {
  static constexpr FieldName kName = FieldName::ContentDisposition;
  enum class Kind : std::uint8_t { Attachment, Inline };

  Kind kind = Kind::Attachment;
  std::string filename;  ///< UTF-8; what looks like a folder is left out; may be empty

  [[nodiscard]] std::string to_string() const;
};

/// RFC 8288. Several are several fields: use `add`.
struct Link {
  static constexpr FieldName kName = FieldName::Link;

  std::string target;  ///< a URL, or a part of one
  std::string rel;
  std::string as = {};     ///< of a preload: style, script, font, image
  std::string type = {};   ///< a media type
  std::string title = {};  ///< ASCII

  [[nodiscard]] std::string to_string() const;
};

struct RetryAfter {
  static constexpr FieldName kName = FieldName::RetryAfter;
  std::chrono::seconds after{};

  [[nodiscard]] std::string to_string() const;
};

/// On which fields of a request the answer depends.
struct Vary {
  static constexpr FieldName kName = FieldName::Vary;
  std::vector<FieldName> on;

  [[nodiscard]] std::string to_string() const;
};

/// Has Vary of `fields` name `on` too, once; one that says `*` stays as it is.
void add_to_vary(Fields& fields, FieldName on);

}  // namespace mastic::http
