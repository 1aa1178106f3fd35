// Request targets (RFC 9112 §3.2) and what their paths mean.
//
// A path is brought into one normal form before anything is compared with it: dot segments are
// resolved, escapes of unreserved characters are decoded and the others written in capitals. So a
// slash is always a separator, an escaped slash never is, and one decoding of a segment gives its
// text.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/method.h"
#include "mastic/http/syntax.h"

namespace mastic::http {

/// A target taken apart; views into the text it was read from.
struct Target {
  enum class Form : std::uint8_t { Origin, Absolute, Authority, Asterisk };
  Form form = Form::Origin;
  std::string_view scheme = {};     ///< of the absolute form
  std::string_view authority = {};  ///< of the absolute and authority forms
  std::string_view path = {};       ///< begins with '/'; "*" for the asterisk form
  std::string_view query = {};      ///< without its '?'
  bool has_query = false;           ///< tells `/a?` from `/a`
  bool path_is_normal = true;  ///< in its normal form already; what else it is, normalize_path says

  /// Nothing when the text is none of the forms that the method allows, has a character that a
  /// target may not have, or a scheme other than http and https, or user information.
  [[nodiscard]] static std::optional<Target> parse(Method method, std::string_view text);
  /// Passes over a target that begins at `at` and in which `parse` would find nothing but a path: no
  /// query, no dot, no escape. Returns where it ends; `at` when it begins otherwise.
  /// Requires: something follows that no target has, a space or a line end.
  [[nodiscard]] static const char* skip_plain_path(Method method, const char* at) {
    const bool may_be_path = *at == '/' && method != Method::Connect;
    return may_be_path ? skip_to_other(Characters::PlainPath, at) : at;
  }
};

enum class PathFault {
  BrokenEscape,   ///< a percent sign without two hexadecimal digits behind it
  ControlEscape,  ///< an escape of a control character
  Outside,        ///< dot segments that lead above the root
};

/// The normal form of a path that begins with '/'. Costs a scan when it is normal already, and then
/// returns nothing to replace it with: an engaged optional holds the new text.
[[nodiscard]] std::expected<std::optional<std::string>, PathFault> normalize_path(
    std::string_view path);

}  // namespace mastic::http
