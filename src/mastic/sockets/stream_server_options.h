// The settings of a server of connections.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/options.h"
#include "mastic/loop/options.h"
#include "mastic/sockets/stream_options.h"

namespace mastic::sockets {

/// What becomes of connections beyond the most.
/// What becomes of connections beyond the most: they wait in the system, or are closed at once.
enum class Admission { Wait, Refuse };

/// The settings of a server of connections.
struct StreamServerOptions {
  /// The loops, unless the server stands on a runtime.
  loop::Options loop;
  /// Connections at one time.
  std::uint64_t max_connections = 10'000;
  /// What becomes of a connection beyond that.
  Admission when_full = Admission::Wait;
  /// Threads for handlers that block; each holds one while its connection lasts.
  std::uint64_t threads = 64;
  /// Who may connect to a Unix socket, as chmod takes it.
  std::string socket_mode = "600";
  /// Whose a Unix socket is: USER:GROUP, USER or :GROUP; empty for this process.
  std::string socket_owner;
  /// The limits and deadlines of each connection.
  StreamOptions stream;
  /// How long handlers may take to end when the server drains; then they are cancelled.
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
