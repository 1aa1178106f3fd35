#include "mastic/sockets/stream_options.h"

#include <string_view>
#include <utility>

namespace mastic::sockets {

void StreamOptions::describe(base::OptionTable& table) {
  table.size("max_read_bytes", max_read_bytes,
             "Maximum length of a line or other piece that is read as a whole, unless the handler "
             "sets its own limit. Beyond it: the read fails.");
  table.size("read_ahead_bytes", read_ahead_bytes,
             "Maximum number of received bytes of one connection that are kept until its handler "
             "reads them. At the limit, no more are received.");
  table.size("write_high_bytes", write_high_bytes,
             "Writes wait while their connection has this many unsent bytes, and resume at "
             "--write-low-bytes.");
  table.size("write_low_bytes", write_low_bytes,
             "Writes that wait resume when no more than this many bytes of their connection are "
             "unsent. Must be less than --write-high-bytes.");
  table.duration("idle_timeout", idle_timeout,
                 "How long a read waits for its first byte. Beyond it: the read fails.");
  table.duration("read_timeout", read_timeout,
                 "How long a line or other piece may take from its first byte to its last. Beyond "
                 "it: the read fails.");
  table.duration("write_timeout", write_timeout,
                 "How long a peer may acknowledge less than --min-write-rate. Beyond it: the "
                 "connection is aborted.");
  table.count("min_write_rate", min_write_rate,
              "Minimum rate at which a peer acknowledges, in bytes per second over "
              "--write-timeout. Below it: the connection is aborted.");
  table.duration(
      "linger_timeout", linger_timeout,
      "How long the peer may take to end its side once everything is sent, counted from the last "
      "byte in either direction until then. Beyond it: the connection is closed.");
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
