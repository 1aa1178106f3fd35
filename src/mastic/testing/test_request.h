// A request, as a test has sent it, and what a test writes into one.

#pragma once

#include <concepts>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/http/fields.h"
#include "mastic/http/status.h"
#include "mastic/json/json.h"

namespace mastic::testing {

/// Names and values, of the fields of a request or of a form. The views need to live only until the
/// call that takes the list returns.
using FieldList = std::vector<std::pair<std::string_view, std::string_view>>;

/// The place in a test from which a function was called. Functions that can fail take one as their
/// last argument, which is not written: the message of a failure begins with it.
using Where = std::source_location;

/// A file of a form that TestClient::upload posts.
struct TestFile {
  std::string_view field;       ///< the name of the field of the form
  std::string_view name;        ///< the name of the file, such as "sea.jpg"
  std::string_view media_type;  ///< such as "image/jpeg"
  std::string_view content;     ///< any bytes
};

/// A request, as it was sent.
struct TestRequest {
  std::string method;   ///< such as "GET"
  std::string target;   ///< such as "/search?q=tea"
  http::Fields fields;  ///< all fields, also those that the client has added
  std::string content;  ///< the content; empty without one
};

/// The statuses that a test expects of an answer. By default these are success and redirection: 2xx
/// and 3xx.
class ExpectedStatus {
 public:
  constexpr ExpectedStatus() = default;
  /// Exactly this status.
  constexpr ExpectedStatus(int status) : first_(status), last_(status) {}
  constexpr ExpectedStatus(http::Status status) : ExpectedStatus(static_cast<int>(status)) {}
  /// Every status from `first` to `last`, such as {400, 499}.
  constexpr ExpectedStatus(int first, int last) : first_(first), last_(last) {}

  /// Whether `status` is one of these.
  [[nodiscard]] constexpr bool includes(http::Status status) const {
    return static_cast<int>(status) >= first_ && static_cast<int>(status) <= last_;
  }
  /// In words, for messages: "404", "400 to 499".
  [[nodiscard]] std::string to_string() const;

 private:
  int first_ = 200;
  int last_ = 399;
};

namespace detail {
[[nodiscard]] std::string form_text_of_json(std::string_view json);
/// The beginning of a message: "shop_test.cc:42: ".
[[nodiscard]] std::string to_text(const Where& where);
}  // namespace detail

/// Names and values as a browser writes a form, "name=ada&age=36": everything but letters, digits
/// and *-._ is escaped, and a space becomes a plus sign (WHATWG URL §5.2).
[[nodiscard]] std::string form_text(const FieldList& fields);
/// The fields of a struct as a browser writes a form. Text, numbers, booleans and enumerations are
/// written as in JSON but without quotes; an optional without a value is left out; each element of a
/// vector is a field of its own. Throws std::invalid_argument for a field that holds anything else.
template <json::JsonWritable T>
  requires(!std::convertible_to<const T&, FieldList>)
[[nodiscard]] std::string form_text(const T& value) {
  return detail::form_text_of_json(json::to_json(value));
}
/// The target `path` with the query that `form_text` makes of `values`: "/search?q=tea".
template <class T>
[[nodiscard]] std::string with_query(std::string_view path, const T& values) {
  return std::string(path) + "?" + form_text(values);
}
[[nodiscard]] inline std::string with_query(std::string_view path, const FieldList& values) {
  return std::string(path) + "?" + form_text(values);
}

}  // namespace mastic::testing
