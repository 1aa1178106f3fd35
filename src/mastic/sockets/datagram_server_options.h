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
  /// Maximum length of a datagram. Beyond it: the datagram is dropped and counted.
  std::uint64_t max_datagram_bytes = 4096;
  /// Maximum number of datagrams whose handlers run or wait at one time. Beyond it: the kernel
  /// queues them, and drops them when its queue is full.
  std::uint64_t max_handling = 1024;
  /// Maximum number of threads for handlers that block. Beyond it: datagrams wait for one, up to
  /// `max_handling`.
  std::uint64_t threads = 16;
  /// Who may send to a Unix socket, in the digits of chmod: 600 for its owner, 660 for its group
  /// too, 666 for everyone.
  std::string socket_mode = "600";
  /// Owner of a Unix socket: USER:GROUP, USER or :GROUP, as names or numbers; empty for the user
  /// and group of this process.
  std::string socket_owner;
  /// When the server stops: how long handlers may take to end. Beyond it: they are cancelled.
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the ones that contradict each other or
  /// cannot work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
