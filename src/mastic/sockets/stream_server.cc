#include "mastic/sockets/stream_server.h"

#include <utility>

#include "mastic/base/assert.h"

namespace mastic::sockets {
namespace {

constexpr std::uint64_t kOtherDescriptors = 100;  // files, logs, loops

}  // namespace

StreamServer::StreamServer(ConnectionHandler handler, StreamServerOptions options, base::Log* log,
                           base::Kernel& kernel)
    : LoopServer(options.loop, options.drain_timeout, options.threads, options.threads, log,
                 kernel),
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

std::unique_ptr<net::ServerShard> StreamServer::make_shard(loop::Loop& loop) {
  if (!service_) {
    service_.emplace(StreamService{handler_, options_, log(), pool(), history_, counters_});
    if (kernel().raise_descriptor_limit() < options_.max_connections + kOtherDescriptors) {
      log().write(base::Level::Warning,
                  "this process may have too few descriptors for max_connections; raise the limit "
                  "(ulimit -n), or lower max_connections");
    }
  }
  return std::make_unique<StreamShard>(loop, *service_);
}

base::Result<void> StreamServer::begin(net::ServerShard& shard) {
  for (const net::Listener& listener : listeners_) {
    const auto accepting = static_cast<StreamShard&>(shard).accept_from(listener);
    if (!accepting) return accepting;
  }
  return {};
}

void StreamServer::shards_made() {
  std::vector<net::AcceptingShard*> peers;
  for (const auto& shard : shards()) peers.push_back(static_cast<StreamShard*>(shard.get()));
  for (net::AcceptingShard* const shard : peers) shard->set_peers(peers);
}

StreamServer::Statistics StreamServer::statistics() const {
  return {.open = counters_.open(),
          .accepted = counters_.accepted.load(),
          .refused = counters_.refused.load(),
          .failed = counters_.failed.load(),
          .broken = counters_.broken.load()};
}

}  // namespace mastic::sockets
