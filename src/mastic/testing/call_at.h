// The place in a test, and what was asked there: the beginning of the message of a failure.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "mastic/testing/test_request.h"

namespace mastic::testing::detail {

/// "shop_test.cc:42: GET /cart: " and `why`.
[[nodiscard]] inline std::string failure_at(const Where& where, std::string_view method,
                                            std::string_view target, std::string_view why) {
  return to_text(where).append(method).append(" ").append(target).append(": ").append(why);
}

/// Throws the std::logic_error that the client of `what`, such as "this WebSocket", is gone.
[[noreturn]] inline void fail_without_client(std::string_view what) {
  throw std::logic_error("the client of " + std::string(what) +
                         " was destroyed; a client has to live longer than what it opens");
}

/// Calls `f`. The message of a std::logic_error that it throws gets this beginning.
template <class F>
auto call_at(const Where& where, std::string_view method, std::string_view target, F f) {
  try {
    return f();
  } catch (const std::logic_error& error) {
    throw std::logic_error(failure_at(where, method, target, error.what()));
  }
}

}  // namespace mastic::testing::detail
