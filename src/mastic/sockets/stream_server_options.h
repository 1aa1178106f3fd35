// The settings of a server of connections.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/options.h"
#include "mastic/loop/options.h"
#include "mastic/sockets/stream_options.h"

namespace mastic::sockets {

/// What happens to connections beyond max_connections: they wait in the queue of the kernel, or are
/// closed at once.
enum class Admission { Wait, Refuse };

/// The settings of a server of connections.
struct StreamServerOptions {
  /// The loops of the server. Ignored if it is started on a runtime or loop.
  loop::Options loop;
  /// Maximum number of open connections. Beyond it: see `when_full`.
  std::uint64_t max_connections = 10'000;
  /// What happens to a connection beyond `max_connections`: it waits in the kernel's queue until
  /// another ends (wait), or is closed at once (refuse).
  Admission when_full = Admission::Wait;
  /// Maximum number of threads for handlers that block; each holds one while its connection lasts.
  /// Beyond it: see `when_full`.
  std::uint64_t threads = 64;
  /// Who may connect to a Unix socket, in the digits of chmod: 600 for its owner, 660 for its group
  /// too, 666 for everyone.
  std::string socket_mode = "600";
  /// Owner of a Unix socket: USER:GROUP, USER or :GROUP, as names or numbers; empty for the user
  /// and group of this process.
  std::string socket_owner;
  /// The limits and deadlines of each connection.
  StreamOptions stream;
  /// When the server stops: how long handlers may take to end. Beyond it: they are cancelled, and
  /// their connections aborted.
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the ones that contradict each other or
  /// cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
