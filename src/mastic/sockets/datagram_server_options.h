// The settings of a server of datagrams.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/options.h"
#include "mastic/loop/options.h"

namespace mastic::sockets {

/// The settings of a server of datagrams.
struct DatagramServerOptions {
  /// The loops of the server. Ignored if it is started on a runtime or loop.
  loop::Options loop;
  /// The maximum length of a datagram. Longer ones are dropped and counted.
  std::uint64_t max_datagram_bytes = 4096;
  /// The maximum number of datagrams whose handlers run or wait at one time. The kernel queues
  /// further ones, and drops them when its queue is full.
  std::uint64_t max_handling = 1024;
  /// The maximum number of threads for handlers that block.
  std::uint64_t threads = 16;
  /// Who may send to a Unix socket: a mode as chmod takes it.
  std::string socket_mode = "600";
  /// The owner of a Unix socket: USER:GROUP, USER or :GROUP. Empty for the user and group of this
  /// process.
  std::string socket_owner;
  /// How long handlers may take to end when the server drains, before they are cancelled.
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the ones that contradict each other or
  /// cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
