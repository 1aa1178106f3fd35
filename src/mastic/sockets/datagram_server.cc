#include "mastic/sockets/udp_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::sockets {

UdpServer::UdpServer(DatagramHandler handler, const Options& options, base::Log* log,
                     base::Kernel& kernel)
    : LoopServer(options.loop, options.drain_timeout,
                 handler.is_blocking() ? std::min(options.threads, options.max_handling) : 0, log,
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

void UdpServer::make_shards(net::ShardGroup& group) {
  service_.emplace(DatagramService{handler_, options_, log(), threads(), history_, counters_});
  for (loop::Loop* const loop : group.loops()) {
    shards_.push_back(&group.add(std::make_unique<DatagramShard>(*loop, *service_)));
  }
}

base::Result<void> UdpServer::begin_shards(net::ShardGroup& group) {
  for (DatagramShard* const shard : shards_) {
    const auto receiving = group.call(*shard, [&]() -> base::Result<void> {
      for (const net::BoundSocket& socket : sockets_) {
        if (const auto begun = shard->receive_from(socket.descriptor.fd()); !begun) return begun;
      }
      return {};
    });
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
