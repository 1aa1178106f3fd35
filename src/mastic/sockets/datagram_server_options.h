// The settings of a server of datagrams.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/options.h"
#include "mastic/loop/options.h"

namespace mastic::sockets {

struct DatagramServerOptions {
  loop::Options loop;
  std::uint64_t max_datagram_bytes = 4096;
  std::uint64_t max_handling = 1024;
  std::uint64_t threads = 16;
  std::string socket_mode = "600";
  std::string socket_owner;
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
