#include "mastic/server/server.h"

#include <algorithm>
#include <utility>

namespace mastic::server {

/// A lane with its loop, and what it is told from other threads.
class Server::LoopLane {
 public:
  LoopLane(Server& server, std::unique_ptr<loop::Loop> loop)
      : loop_(std::move(loop)),
        lane_(*loop_, server.app_, server.options_, server.log_, server.totals_),
        drain_(server, lane_) {}

  loop::Loop& loop() { return *loop_; }
  Lane& lane() { return lane_; }
  void drain() {
    if (!drain_.sent.exchange(true)) loop_->post(drain_);
  }

 private:
  class Drain final : public async::Message {
   public:
    Drain(Server& server, Lane& lane) : server_(server), lane_(lane) {}
    void deliver() noexcept override {
      lane_.drain([this] { server_.lane_settled(); });
    }
    std::atomic<bool> sent{false};

   private:
    Server& server_;
    Lane& lane_;
  };

  std::unique_ptr<loop::Loop> loop_;
  Lane lane_;
  Drain drain_;
};

Server::Server(app::App app, const Options& options, base::Log& log, base::Kernel& kernel)
    : app_(std::move(app)), options_(options), log_(log), kernel_(kernel) {}

Server::~Server() {
  drain();
  wait();
}

base::Result<void> Server::listen(const base::Address& address) {
  auto listener = net::Listener::open(kernel_, address);
  if (!listener) return std::unexpected(listener.error());
  listeners_.push_back(*std::move(listener));
  return {};
}

base::Result<void> Server::start() {
  transfer_ = loop::choose_transfer(kernel_, options_.loop.transfer);
  const std::uint64_t count =
      options_.loop.loops > 0 ? options_.loop.loops : loop::Drivers::cores();
  std::vector<Lane*> peers;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto loop = loop::Loop::open(kernel_, transfer_.kind);
    if (!loop) return std::unexpected(loop.error());
    lanes_.push_back(std::make_unique<LoopLane>(*this, *std::move(loop)));
    peers.push_back(&lanes_.back()->lane());
  }
  for (const auto& each : lanes_) {
    each->lane().set_peers(peers);
    for (const net::Listener& listener : listeners_) {
      if (const auto accepting = each->lane().accept_from(listener); !accepting) return accepting;
    }
  }
  for (const auto& each : lanes_) drivers_.start(each->loop());
  started_ = true;
  return {};
}

void Server::drain() {
  if (!started_) return;
  for (const auto& each : lanes_) each->drain();
}

/// On the loop of a lane: ends all loops once nothing is left anywhere, also not on its way from
/// one lane to another.
void Server::lane_settled() {
  const bool all =
      std::ranges::all_of(lanes_, [](const auto& each) { return each->lane().is_settled(); });
  if (!all || totals_.connections() > 0) return;
  for (const auto& each : lanes_) each->loop().stop();
}

void Server::wait() {
  drivers_.join();
  listeners_.clear();
}

std::vector<base::Address> Server::addresses() const {
  std::vector<base::Address> addresses;
  for (const net::Listener& listener : listeners_) addresses.push_back(listener.address());
  return addresses;
}

}  // namespace mastic::server
