// The answer that a server must give, byte for byte. It is learnt from one request, and every later
// answer is compared with it.

#pragma once

#include <netinet/in.h>

#include <string>
#include <string_view>

namespace load {

/// An answer of which only the value of the Date field may differ.
class Expected {
 public:
  /// Sends one request on a new connection, and waits 50 ms for bytes that must not come. Ends the
  /// program when the answer is not a 200 with a known length.
  static Expected learn(const sockaddr_in& server, std::string_view request);
  /// Expects these bytes and no others.
  static Expected exactly(std::string bytes);

  /// Whether the expected answer has `piece` from byte `at` on.
  [[nodiscard]] bool matches(std::size_t at, std::string_view piece) const;

  [[nodiscard]] std::size_t size() const { return answer_.size(); }

 private:
  Expected() = default;

  std::string answer_;
  std::size_t date_ = 0;  // where the value of Date begins and ends; both 0 without a Date field
  std::size_t date_end_ = 0;
};

/// Ends the program with a message and, if errno is set, its description.
[[noreturn]] void fail(std::string_view what);

/// A connected, blocking socket without Nagle's delay.
int connect_to(const sockaddr_in& server);

}  // namespace load
