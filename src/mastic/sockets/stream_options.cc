#include "mastic/sockets/stream_options.h"

#include <string_view>
#include <utility>

namespace mastic::sockets {

void StreamOptions::describe(base::OptionTable& table) {
  table.size("max_read_bytes", max_read_bytes,
             "A line, or what else is read whole, unless the handler sets its own limit.",
             "the read fails");
  table.size("read_ahead_bytes", read_ahead_bytes,
             "Bytes of one connection that are kept until its handler reads them.",
             "no more is read until it does");
  table.size("write_high_bytes", write_high_bytes,
             "Unsent bytes of one connection at which its writes wait.");
  table.size("write_low_bytes", write_low_bytes,
             "Unsent bytes of one connection at which its writes go on.");
  table.duration("idle_timeout", idle_timeout, "How long a read waits for its first byte.",
                 "the read fails");
  table.duration("read_timeout", read_timeout,
                 "From the first byte of a line, or of what else is read whole, to its last.",
                 "the read fails");
  table.duration("write_timeout", write_timeout,
                 "How long a peer may take less than the least rate.", "aborted");
  table.count("min_write_rate", min_write_rate,
              "Bytes a second, over write_timeout, that a peer has to take.", "aborted");
  table.duration("linger_timeout", linger_timeout,
                 "After the last byte was sent: how long the peer may take to end its side.",
                 "closed");
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
    return base::fail("write_low_bytes has to be less than write_high_bytes");
  }
  return {};
}

}  // namespace mastic::sockets
