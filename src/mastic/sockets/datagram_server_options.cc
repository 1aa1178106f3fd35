#include "mastic/sockets/datagram_server_options.h"

#include "mastic/net/socket_file.h"

namespace mastic::sockets {

void DatagramServerOptions::describe(base::OptionTable& table) {
  table.group("Loops");
  loop.describe(table);

  table.group("Datagrams");
  table.size("max_datagram_bytes", max_datagram_bytes,
             "Maximum length of a datagram. Beyond it: the datagram is dropped and counted.");
  table.count("max_handling", max_handling,
              "Maximum number of datagrams whose handlers run or wait at one time. Beyond it: the "
              "kernel queues them, and drops them when its queue is full.");
  table.count("threads", threads,
              "Maximum number of threads for handlers that block. Beyond it: datagrams wait for "
              "one, up to --max-handling.");
  table.text("socket_mode", socket_mode, "MODE",
             "Who may send to a Unix socket, in the digits of chmod: 600 for its owner, 660 for "
             "its group too, 666 for everyone.");
  table.text("socket_owner", socket_owner, "USER:GROUP",
             "Owner of a Unix socket: USER:GROUP, USER or :GROUP, as names or numbers; empty for "
             "the user and group of this process.");
  table.duration(
      "drain_timeout", drain_timeout,
      "When the server stops: how long handlers may take to end. Beyond it: they are cancelled.");
}

base::Result<void> DatagramServerOptions::check() const {
  constexpr std::uint64_t kLongest = 65'535;
  if (const auto fits = loop.check(); !fits) return fits;
  if (max_datagram_bytes == 0 || max_datagram_bytes > kLongest) {
    return base::fail("max_datagram_bytes must be between 1 and 65535");
  }
  if (const auto mode = net::parse_mode(socket_mode); !mode) return std::unexpected(mode.error());
  const auto some = base::require_some({{"max_handling", max_handling}, {"threads", threads}});
  if (!some) return some;
  if (threads > loop::kMaxThreads) return base::fail("threads must be at most 10000");
  return base::require_time({{"drain_timeout", drain_timeout}});
}

}  // namespace mastic::sockets
