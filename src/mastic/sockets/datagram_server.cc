#include "mastic/sockets/datagram_server.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::sockets {

DatagramServer::DatagramServer(DatagramHandler handler, DatagramServerOptions options,
                               base::Log* log, base::Kernel& kernel)
    : LoopServer(options.loop, options.drain_timeout,
                 handler.is_blocking() ? std::min(options.threads, options.max_handling) : 0, log,
                 kernel),
      handler_(std::move(handler)),
      options_(std::move(options)) {}

DatagramServer::~DatagramServer() = default;

base::Result<void> DatagramServer::listen_on(const base::Address& address,
                                             const net::SocketAccess& access) {
  MASTIC_ASSERT(!has_started());
  auto socket = net::DatagramSocket::open(kernel(), address, access);
  if (!socket) return std::unexpected(socket.error());
  DatagramPath::ask_for_local(kernel(), socket->fd(), socket->address());
  add_address(socket->address());
  sockets_.push_back(*std::move(socket));
  return {};
}

/// Removes the socket files, so that a successor can bind. The sockets stay open, because handlers
/// may still reply.
void DatagramServer::all_closed() noexcept {
  for (net::DatagramSocket& socket : sockets_) socket.remove_file();
}

void DatagramServer::make_shards(net::ShardGroup& group) {
  service_.emplace(
      DatagramService{handler_, options_, fault_hook(), log(), threads(), history_, counters_});
  for (loop::Loop* const loop : group.loops()) {
    shards_.push_back(&group.add(std::make_unique<DatagramShard>(*loop, *service_)));
  }
}

base::Result<void> DatagramServer::begin_shards(net::ShardGroup& group) {
  for (DatagramShard* const shard : shards_) {
    const auto receiving = group.call(*shard, [&]() -> base::Result<void> {
      for (const net::DatagramSocket& socket : sockets_) {
        if (const auto begun = shard->receive_from(socket.fd()); !begun) return begun;
      }
      return {};
    });
    if (!receiving) return receiving;
  }
  return {};
}

DatagramServer::Statistics DatagramServer::statistics() const {
  return {.handling = counters_.open(),
          .received = counters_.received.load(),
          .dropped = counters_.dropped.load(),
          .replied = counters_.replied.load(),
          .unsent = counters_.unsent.load(),
          .failed = counters_.failed.load()};
}

}  // namespace mastic::sockets
