// Request targets (RFC 9112 §3.2) and what their paths mean.
//
// A path is brought into one normal form before anything is compared with it: dot segments are
// resolved, escapes of unreserved characters are decoded, and other escapes are written in upper
// case. So a slash is always a separator, an escaped slash never is, and decoding a segment once
// gives its text.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/method.h"
#include "mastic/http/syntax.h"

namespace mastic::http {

/// The parts of a target: views into the text that it was read from.
struct Target {
  /// The forms of RFC 9112 §3.2: a path, a URL, a host and port for CONNECT, or `*` for OPTIONS.
  enum class Form : std::uint8_t { Origin, Absolute, Authority, Asterisk };
  /// The form of this target.
  Form form = Form::Origin;
  std::string_view scheme = {};     ///< only in the absolute form
  std::string_view authority = {};  ///< only in the absolute and authority forms
  std::string_view path = {};       ///< begins with '/'; "*" for the asterisk form
  std::string_view query = {};      ///< without its '?'
  bool has_query = false;           ///< tells `/a?` from `/a`
  bool path_is_normal = true;       ///< false if normalize_path has to look at the path

  /// Reads a target. Returns std::nullopt if the target is not in a form that the method allows, or
  /// has a character that targets may not have, a scheme other than http and https, or user
  /// information.
  [[nodiscard]] static std::optional<Target> parse(Method method, std::string_view text);
  /// Skips the beginning of the target at `at`, as far as it is a path without a dot, an escape or
  /// a query. Returns the first character after that, or `at` if the target does not begin with a
  /// path. If the target ends there, `parse` would find nothing but a path in it. Requires: the
  /// target is followed by a character that no target has, a space or a line end.
  [[nodiscard]] static const char* skip_plain_path(Method method, const char* at) {
    const bool may_be_path = *at == '/' && method != Method::Connect;
    return may_be_path ? skip_to_other(Characters::PlainPath, at) : at;
  }
};

/// Why a path has no normal form.
enum class PathFault {
  BrokenEscape,   ///< a percent sign that is not followed by two hexadecimal digits
  ControlEscape,  ///< an escape of a control character
  Outside,        ///< dot segments that lead above the root
};

/// Returns the normal form of a path that begins with '/', or an empty optional if the path is in
/// normal form already. That case costs only a scan.
[[nodiscard]] std::expected<std::optional<std::string>, PathFault> normalize_path(
    std::string_view path);

}  // namespace mastic::http
