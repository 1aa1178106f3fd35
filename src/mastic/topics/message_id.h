// The id of a published message, which a client sends back to get what it has missed.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::topics {

/// Names one message of one topic. As text it is `epoch-number`: the epoch in hexadecimal, the
/// number in decimal.
struct MessageId {
  /// A random number of the topic. A topic that is made again, as after a restart of the process,
  /// has another epoch, so ids that were given out before are not taken for ids of its messages.
  std::uint64_t epoch = 0;
  /// Counts the messages of the topic, from 1.
  std::uint64_t number = 0;

  bool operator==(const MessageId&) const = default;
  [[nodiscard]] std::string to_string() const;
  /// Reads what `to_string` has written, and nothing else: an id comes from a client.
  [[nodiscard]] static std::optional<MessageId> parse(std::string_view text);
};

}  // namespace mastic::topics
