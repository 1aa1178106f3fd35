#include "mastic/net/udp_server.h"

#include <sys/socket.h>

#include "mastic/base/assert.h"

namespace mastic::net {

/// Every datagram that is handled may wait for a thread.
UdpServer::UdpServer(DatagramHandler handler, const Options& options, base::Log* log,
                     base::Kernel& kernel)
    : LoopServer(options.loop, options.drain_timeout, options.threads, options.max_handling, log,
                 kernel),
      handler_(std::move(handler)),
      options_(options) {}

base::Result<void> UdpServer::listen(std::string_view address) {
  MASTIC_ASSERT(!has_started());
  const auto parsed = base::Address::parse(address);
  if (!parsed) return std::unexpected(parsed.error());
  if (parsed->is_unix()) return base::fail("a UdpServer listens on no Unix socket: ", address);
  auto bound = bind_socket(kernel(), *parsed, SOCK_DGRAM);
  if (!bound) return std::unexpected(bound.error());
  DatagramPath::ask_for_local(kernel(), bound->descriptor.fd(), bound->address);
  add_address(bound->address);
  sockets_.push_back(*std::move(bound));
  return {};
}

base::Result<std::unique_ptr<ServerLane>> UdpServer::make_lane(loop::Loop& loop) {
  if (!service_) {
    service_.emplace(
        DatagramService{handler_, options_, log(), pool(), pace_, totals_, lane_owner()});
  }
  auto lane = std::make_unique<DatagramLane>(loop, *service_);
  for (const BoundSocket& socket : sockets_) {
    if (const auto receiving = lane->receive_from(socket.descriptor.fd()); !receiving) {
      return std::unexpected(receiving.error());
    }
  }
  return lane;
}

UdpServer::Statistics UdpServer::statistics() const {
  return {.handling = totals_.handling.load(),
          .received = totals_.received.load(),
          .dropped = totals_.dropped.load(),
          .replied = totals_.replied.load(),
          .unsent = totals_.unsent.load(),
          .failed = totals_.failed.load()};
}

}  // namespace mastic::net
