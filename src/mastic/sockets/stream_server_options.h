// The settings of a server of connections.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/options.h"
#include "mastic/loop/options.h"
#include "mastic/sockets/stream_options.h"

namespace mastic::sockets {

/// What becomes of connections beyond the most.
enum class Admission { Wait, Refuse };

struct StreamServerOptions {
  loop::Options loop;
  std::uint64_t max_connections = 10'000;
  Admission when_full = Admission::Wait;
  std::uint64_t threads = 64;
  std::string socket_mode = "600";
  std::string socket_owner;
  StreamOptions stream;
  base::Duration drain_timeout = std::chrono::seconds(10);

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the options, when they contradict each other or could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::sockets
