#include "mastic/sockets/stream_options.h"

#include <string_view>
#include <utility>

namespace mastic::sockets {

void StreamOptions::describe(base::OptionTable& table) {
  table.size("max_read_bytes", max_read_bytes,
             "Longest line or other piece to read, unless the handler sets its own limit.",
             "the read fails");
  table.size("read_ahead_bytes", read_ahead_bytes,
             "Received bytes of one connection that are kept until its handler reads them.",
             "no more are received until it does");
  table.size("write_high_bytes", write_high_bytes,
             "Unsent bytes of one connection at which its writes wait.");
  table.size("write_low_bytes", write_low_bytes,
             "Unsent bytes of one connection at which waiting writes resume.");
  table.duration("idle_timeout", idle_timeout, "How long a read waits for its first byte.",
                 "the read fails");
  table.duration("read_timeout", read_timeout,
                 "How long a line or other piece may take from its first byte to its last.",
                 "the read fails");
  table.duration("write_timeout", write_timeout,
                 "How long a peer may acknowledge less than min_write_rate.", "aborted");
  table.count("min_write_rate", min_write_rate,
              "Bytes per second, over write_timeout, that a peer has to acknowledge.", "aborted");
  table.duration("linger_timeout", linger_timeout,
                 "How long the peer may take to end its side after the last byte.", "closed");
}

base::Result<void> StreamOptions::check() const {
  const auto some = base::require_some(
      {{"max_read_bytes", max_read_bytes}, {"read_ahead_bytes", read_ahead_bytes}});
  if (!some) return some;
  const auto time = base::require_time({{"idle_timeout", idle_timeout},
                                        {"read_timeout", read_timeout},
                                        {"write_timeout", write_timeout},
                                        {"linger_timeout", linger_timeout}});
  if (!time) return time;
  if (write_low_bytes >= write_high_bytes) {
    return base::fail("write_low_bytes must be less than write_high_bytes");
  }
  return {};
}

}  // namespace mastic::sockets
