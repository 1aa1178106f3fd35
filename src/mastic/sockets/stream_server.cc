#include "mastic/sockets/stream_server.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::sockets {
namespace {

constexpr std::uint64_t kOtherDescriptors = 100;  // files, logs, loops

}  // namespace

StreamServer::StreamServer(ConnectionHandler handler, StreamServerOptions options, base::Log* log,
                           base::Kernel& kernel)
    : LoopServer(options.loop, options.drain_timeout,
                 handler.is_blocking() ? std::min(options.threads, options.max_connections) : 0,
                 log, kernel),
      handler_(std::move(handler)),
      options_(std::move(options)) {}

StreamServer::~StreamServer() = default;

base::Result<void> StreamServer::listen_on(const base::Address& address,
                                           const net::SocketAccess& access) {
  MASTIC_ASSERT(!has_started());
  auto listener = net::Listener::open(kernel(), address, access);
  if (!listener) return std::unexpected(listener.error());
  add_address(listener->address());
  listeners_.push_back(*std::move(listener));
  return {};
}

void StreamServer::make_shards(net::ShardGroup& group) {
  // Only a warning: max_connections is a bound, and many servers never come near it.
  if (kernel().raise_descriptor_limit() < options_.max_connections + kOtherDescriptors) {
    log().write(base::Level::Warning,
                "the limit of descriptors may be too low for max_connections; raise the limit "
                "(ulimit -n), or lower max_connections");
  }
  service_.emplace(
      StreamService{handler_, options_, fault_hook(), log(), threads(), history_, counters_});
  for (loop::Loop* const loop : group.loops()) {
    shards_.push_back(&group.add(std::make_unique<StreamShard>(*loop, *service_)));
  }
  // Shards hand accepted connections over to each other, so that all loops have about the same
  // number of connections.
  for (StreamShard* const shard : shards_) shard->set_peers({shards_.begin(), shards_.end()});
}

base::Result<void> StreamServer::begin_shards(net::ShardGroup& group) {
  for (StreamShard* const shard : shards_) {
    const auto accepting = group.call(*shard, [&] { return shard->accept_from(listeners_); });
    if (!accepting) return accepting;
  }
  return {};
}

StreamServer::Statistics StreamServer::statistics() const {
  return {.open = counters_.open(),
          .accepted = counters_.accepted.load(),
          .refused = counters_.refused.load(),
          .failed = counters_.failed.load(),
          .broken = counters_.broken.load()};
}

}  // namespace mastic::sockets
