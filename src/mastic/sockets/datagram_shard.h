// The part of a server of datagrams that belongs to one loop.

#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/async/blocking_history.h"
#include "mastic/async/timer.h"
#include "mastic/net/server_shard.h"
#include "mastic/sockets/datagram.h"
#include "mastic/sockets/datagram_server_options.h"
#include "mastic/sockets/handler_fault.h"

namespace mastic::sockets {

/// What a shard needs from its server. All of it outlives the shard.
struct DatagramService {
  const DatagramHandler& handler;
  const DatagramServerOptions& options;
  const FaultHook& fault_hook;
  base::Log& log;
  async::BlockingExecutor& threads;  ///< for handlers that block
  async::BlockingHistory& history;   ///< what is known of handlers that are tasks
  DatagramCounters& counters;
};

/// Receives datagrams in batches on one loop, and runs a handler for each.
class DatagramShard final : public net::ServerShard, private async::Timer {
 public:
  DatagramShard(loop::Loop& loop, const DatagramService& service);
  ~DatagramShard() override;

  /// Begins to receive from `socket`. Fails if the loop cannot watch the socket. Requires: `socket`
  /// stays open until the shard has settled.
  [[nodiscard]] base::Result<void> receive_from(int socket);
  void abort_all() noexcept override;

 private:
  class Socket;
  class Session;
  class TaskSession;
  class BlockingSession;

  void receive(int socket) noexcept;
  bool handle(const DatagramPath& path, std::string_view bytes) noexcept;
  void session_over(Session& session) noexcept;
  void report(std::string_view fault, const Datagram& datagram) noexcept;
  void pause() noexcept;
  void resume() noexcept;
  void expired() noexcept override { resume(); }

  void close() noexcept override;
  void drain_all() noexcept override {}
  [[nodiscard]] bool is_empty() noexcept override { return sessions_.empty(); }

  const DatagramService& service_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::list<std::unique_ptr<Session>> sessions_;
  std::vector<char> buffer_;  ///< for the datagrams of one batch
  bool is_paused_ = false;
};

}  // namespace mastic::sockets
