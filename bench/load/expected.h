// What a server has to answer, byte for byte: learnt from one careful request, held against all.

#pragma once

#include <netinet/in.h>

#include <string>
#include <string_view>

namespace load {

/// An answer in which nothing may differ but the value of its Date field.
class Expected {
 public:
  /// Asks once, on a connection of its own, and waits a moment for bytes that should not come.
  /// Ends the program when the answer is not a 200 whose length is known.
  static Expected learn(const sockaddr_in& server, std::string_view request);

  /// Whether `piece` is what stands from byte `at` on.
  [[nodiscard]] bool matches(std::size_t at, std::string_view piece) const;

  [[nodiscard]] std::size_t size() const { return answer_.size(); }

 private:
  explicit Expected(std::string answer);

  std::string answer_;
  std::size_t date_ = 0;  // where the value of Date begins and ends; both 0 without that field
  std::size_t date_end_ = 0;
};

/// Ends the program with a message, and what errno says if it is set.
[[noreturn]] void fail(std::string_view what);

/// A connected, blocking socket without Nagle's delay.
int connect_to(const sockaddr_in& server);

}  // namespace load
