// The settings of a server of datagrams.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/options.h"
#include "mastic/loop/options.h"

namespace mastic::sockets {

/// The settings of a server of datagrams.
struct DatagramServerOptions {
  /// The loops, unless the server stands on a runtime.
  loop::Options loop;
  /// The longest datagram that is handled; longer ones are dropped and counted.
  std::uint64_t max_datagram_bytes = 4096;
  /// Datagrams whose handlers run or wait at one time. The system keeps what comes beyond, as far
  /// as it can.
  std::uint64_t max_handling = 1024;
  /// Threads for handlers that block.
  std::uint64_t threads = 16;
  /// Who may send to a Unix socket, as chmod takes it.
  std::string socket_mode = "600";
  /// Whose a Unix socket is: USER:GROUP, USER or :GROUP; empty for this process.
  std::string socket_owner;
  /// How long handlers may take to end when the server drains; then they are cancelled.
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
