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
  /// The maximum number of open connections.
  std::uint64_t max_connections = 10'000;
  /// What happens to a connection beyond max_connections.
  Admission when_full = Admission::Wait;
  /// The maximum number of threads for handlers that block. Each holds one as long as its
  /// connection lasts.
  std::uint64_t threads = 64;
  /// Who may connect to a Unix socket: a mode as chmod takes it.
  std::string socket_mode = "600";
  /// The owner of a Unix socket: USER:GROUP, USER or :GROUP. Empty for the user and group of this
  /// process.
  std::string socket_owner;
  /// The limits and deadlines of each connection.
  StreamOptions stream;
  /// How long handlers may take to end when the server drains, before they are cancelled.
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the ones that contradict each other or
  /// cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
