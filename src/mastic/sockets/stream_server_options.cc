#include "mastic/sockets/stream_server_options.h"

#include "mastic/net/socket_file.h"

namespace mastic::sockets {

void StreamServerOptions::describe(base::OptionTable& table) {
  table.group("Loops");
  loop.describe(table);

  table.group("Connections");
  table.count("max_connections", max_connections,
              "Maximum number of open connections. Beyond it: see --when-full.");
  table.choice("when_full", when_full, "(wait|refuse)",
               {{"wait", Admission::Wait}, {"refuse", Admission::Refuse}},
               "What happens to a connection beyond --max-connections: it waits in the kernel's "
               "queue until another ends (wait), or is closed at once (refuse).");
  table.count("threads", threads,
              "Maximum number of threads for handlers that block; each holds one while its "
              "connection lasts. Beyond it: see --when-full.");
  table.text("socket_mode", socket_mode, "MODE",
             "Who may connect to a Unix socket, in the digits of chmod: 600 for its owner, 660 for "
             "its group too, 666 for everyone.");
  table.text("socket_owner", socket_owner, "USER:GROUP",
             "Owner of a Unix socket: USER:GROUP, USER or :GROUP, as names or numbers; empty for "
             "the user and group of this process.");
  table.duration("drain_timeout", drain_timeout,
                 "When the server stops: how long handlers may take to end. Beyond it: they are "
                 "cancelled, and their connections aborted.");

  table.group("Each connection");
  stream.describe(table);
}

base::Result<void> StreamServerOptions::check() const {
  if (const auto fits = stream.check(); !fits) return fits;
  if (const auto mode = net::parse_mode(socket_mode); !mode) return std::unexpected(mode.error());
  if (const auto fits = loop.check(); !fits) return fits;
  const auto some =
      base::require_some({{"max_connections", max_connections}, {"threads", threads}});
  if (!some) return some;
  if (threads > loop::kMaxThreads) return base::fail("threads must be at most 10000");
  return base::require_time({{"drain_timeout", drain_timeout}});
}

}  // namespace mastic::sockets
