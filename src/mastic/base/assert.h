// Assertions for Mastic's own bugs: a broken invariant stops the process with a message that says
// where, and with which values.
//
// Not for bad input (that is a Result) and not for mistakes of an application (those are exceptions
// or answers). Checks stay in release builds.

#pragma once

#include <initializer_list>
#include <string_view>

namespace mastic::base {

/// One number shown in the message of a failed assertion.
struct AssertValue {
  std::string_view name;
  long long value;
};

/// Prints `condition`, the place and the values on standard error and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line,
                                   std::initializer_list<AssertValue> values = {});

}  // namespace mastic::base

/// Stops the process when `condition` is false. Numbers to be shown may follow the condition:
/// MASTIC_ASSERT(used <= size, {"used", used}, {"size", size}).
#define MASTIC_ASSERT(condition, ...) \
  ((condition) ? void(0)              \
               : ::mastic::base::assertion_failed(#condition, __FILE__, __LINE__, {__VA_ARGS__}))
