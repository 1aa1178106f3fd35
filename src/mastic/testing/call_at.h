// The place in a test, and what was asked there: the beginning of the message of a failure.

#pragma once

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mastic/testing/carrier.h"
#include "mastic/testing/failures.h"
#include "mastic/testing/network_faults.h"
#include "mastic/testing/test_request.h"

namespace mastic::testing::detail {

/// A failure of a server that has no memory or no descriptors: it has not answered, or it has logged
/// an error. A call turns it into HitByFailure where a campaign is the reason.
class ServerFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Why there is no answer, for messages.
constexpr const char* kNoAnswer = "the server closed the connection without an answer";
constexpr const char* kHasLeft = "the client has left, as it was told to";

/// "shop_test.cc:42: GET /cart: " and `why`.
[[nodiscard]] inline std::string failure_at(const Where& where, std::string_view method,
                                            std::string_view target, std::string_view why) {
  std::string text = to_text(where).append(method);
  if (!target.empty()) text.append(" ").append(target);
  return text.append(": ").append(why);
}

/// Calls `f`. The message of an exception that it throws gets this beginning. Allocations fail only
/// where it calls the application.
template <class F>
auto call_at(const Where& where, std::string_view method, std::string_view target, F f) {
  const base::FailuresPaused paused;
  const auto message = [&](const std::exception& error) {
    return failure_at(where, method, target, error.what());
  };
  try {
    return f();
  } catch (const ServerFailed& error) {
    if (base::failure_has_come()) throw HitByFailure(message(error));
    throw std::logic_error(message(error));
  } catch (const std::logic_error& error) {
    throw std::logic_error(message(error));
  } catch (const ClientLeft& error) {
    throw ClientLeft(message(error));
  } catch (const std::bad_alloc& error) {
    if (base::failure_has_come()) throw HitByFailure(message(error));
    throw;
  }
}

/// Calls `f`. What was logged as an error meanwhile probably says why it throws a std::logic_error, so
/// that is appended to its message.
template <class F>
auto explain(Carrier& carrier, F f) {
  const auto explained = [&](const std::exception& error) {
    std::string message = error.what();
    for (const std::string& line : carrier.take_errors()) message += "\n| " + line;
    return message;
  };
  try {
    return f();
  } catch (const ServerFailed& error) {
    throw ServerFailed(explained(error));
  } catch (const std::logic_error& error) {
    throw std::logic_error(explained(error));
  }
}

/// Throws std::logic_error when `life`, which is that of a carrier, has expired.
inline void expect_alive(const std::weak_ptr<const void>& life, std::string_view what) {
  if (!life.expired()) return;
  throw std::logic_error("the client of this " + std::string(what) +
                         " was destroyed, and its application with it");
}

}  // namespace mastic::testing::detail
