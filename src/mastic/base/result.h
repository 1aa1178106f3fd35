// Expected outcomes: a value or an error, never both. What may go wrong in the normal course of
// things (bad input, a taken port, a missing file) is returned; see assert.h for our own bugs.

#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace mastic::base {

/// What went wrong, in words for the person who can mend it: the place, the fault and the remedy.
struct Error {
  std::string message;
  int number = 0;  ///< the errno behind it, or 0
};

template <class T, class E = Error>
using Result = std::expected<T, E>;

/// `fail("no such directory: ", path)` where a Result is returned.
template <class... Parts>
[[nodiscard]] std::unexpected<Error> fail(const Parts&... parts) {
  std::string message;
  (message.append(std::string_view(parts)), ...);
  return std::unexpected(Error{std::move(message)});
}

/// The same for a refused system call: appends the system's words for `number`.
[[nodiscard]] std::unexpected<Error> fail_with_number(int number, std::string_view what);

/// The system's words for an errno ("Permission denied").
[[nodiscard]] std::string describe_number(int number);

}  // namespace mastic::base
