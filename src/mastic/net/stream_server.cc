#include "mastic/net/stream_server.h"

#include <utility>

#include "mastic/base/assert.h"

namespace mastic::net {
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
                                           const SocketAccess& access) {
  MASTIC_ASSERT(!has_started());
  auto listener = Listener::open(kernel(), address, access);
  if (!listener) return std::unexpected(listener.error());
  add_address(listener->address());
  listeners_.push_back(*std::move(listener));
  return {};
}

base::Result<std::unique_ptr<ServerLane>> StreamServer::make_lane(loop::Loop& loop) {
  if (!service_) {
    service_.emplace(
        StreamService{handler_, options_, log(), pool(), pace_, totals_, lane_owner()});
    if (kernel().raise_descriptor_limit() < options_.max_connections + kOtherDescriptors) {
      log().write(base::Level::Warning,
                  "this process may have too few descriptors for max_connections; raise the limit "
                  "(ulimit -n), or lower max_connections");
    }
  }
  auto lane = std::make_unique<StreamLane>(loop, *service_);
  for (const Listener& listener : listeners_) {
    if (const auto accepting = lane->accept_from(listener); !accepting) {
      return std::unexpected(accepting.error());
    }
  }
  return lane;
}

void StreamServer::lanes_made() {
  std::vector<StreamLane*> peers;
  for (const auto& lane : lanes()) peers.push_back(static_cast<StreamLane*>(lane.get()));
  for (StreamLane* const lane : peers) lane->set_peers(peers);
}

StreamServer::Statistics StreamServer::statistics() const {
  return {.open = totals_.open.load(),
          .accepted = totals_.accepted.load(),
          .refused = totals_.refused.load(),
          .failed = totals_.failed.load(),
          .broken = totals_.broken.load()};
}

}  // namespace mastic::net
