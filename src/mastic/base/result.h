// Expected outcomes: a value or an error, never both. What can go wrong in normal operation (bad
// input, a port in use, a missing file) is returned this way; for Mastic's own bugs, see assert.h.

#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace mastic::base {

/// An error, described for the person who can fix it: what went wrong, where, and how to fix it.
struct Error {
  /// A sentence that can be understood by itself.
  std::string message;
  int number = 0;  ///< the errno behind the error, or 0
};

/// A value or an error.
template <class T, class E = Error>
using Result = std::expected<T, E>;

/// Makes an error from the parts of its message: `fail("no such directory: ", path)`.
template <class... Parts>
[[nodiscard]] std::unexpected<Error> fail(const Parts&... parts) {
  std::string message;
  (message.append(std::string_view(parts)), ...);
  return std::unexpected(Error{std::move(message)});
}

/// Makes an error for a failed system call: `what`, a colon, and the system's words for the errno
/// `number`.
[[nodiscard]] std::unexpected<Error> fail_with_number(int number, std::string_view what);

/// The system's words for an errno ("Permission denied").
[[nodiscard]] std::string describe_number(int number);

}  // namespace mastic::base
