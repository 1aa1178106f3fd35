#include "mastic/sockets/udp_server.h"

#include <sys/socket.h>

#include "mastic/base/assert.h"

namespace mastic::sockets {

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
  if (parsed->is_inherited()) return base::fail("a UdpServer takes no descriptor: ", address);
  auto bound = net::bind_socket(kernel(), *parsed, SOCK_DGRAM);
  if (!bound) return std::unexpected(bound.error());
  DatagramPath::ask_for_local(kernel(), bound->descriptor.fd(), bound->address);
  add_address(bound->address);
  sockets_.push_back(*std::move(bound));
  return {};
}

std::unique_ptr<net::ServerShard> UdpServer::make_shard(loop::Loop& loop) {
  if (!service_) {
    service_.emplace(DatagramService{handler_, options_, log(), pool(), history_, counters_});
  }
  return std::make_unique<DatagramShard>(loop, *service_);
}

base::Result<void> UdpServer::begin(net::ServerShard& shard) {
  for (const net::BoundSocket& socket : sockets_) {
    const int fd = socket.descriptor.fd();
    const auto receiving = static_cast<DatagramShard&>(shard).receive_from(fd);
    if (!receiving) return receiving;
  }
  return {};
}

UdpServer::Statistics UdpServer::statistics() const {
  return {.handling = counters_.open(),
          .received = counters_.received.load(),
          .dropped = counters_.dropped.load(),
          .replied = counters_.replied.load(),
          .unsent = counters_.unsent.load(),
          .failed = counters_.failed.load()};
}

}  // namespace mastic::sockets
