#include "mastic/server/shard.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <new>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/result.h"
#include "mastic/loop/post.h"
#include "mastic/server/exchange.h"
#include "mastic/server/stream_connections.h"

namespace mastic::server {
namespace {

using base::Level;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Duration kRetryAccept = milliseconds(50);  // while there is no room
constexpr base::Duration kNewcomer = seconds(1);           // its first request may be on its way
constexpr std::size_t kClosedForRoom = 16;                 // when descriptors or memory run out
constexpr std::uint64_t kMaxUneven = 8;                    // connections more than another shard

}  // namespace

Shard::Shard(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
             ServerCounters& counters)
    : ShardServices(loop, app, options, log, counters),
      http1_(services()),
      newcomers_(loop, options.header_timeout),
      idle_(loop, options.keep_alive_timeout) {}

Shard::~Shard() {
  MASTIC_ASSERT(!has_connections() && exchanges() == 0,
                {"exchanges", static_cast<long long>(exchanges())});
  MASTIC_ASSERT(background_.empty());
}

// ---- accepting ----

base::Result<void> Shard::accept_from(const net::Listener& listener) {
  net::AcceptorOwner& owner = *this;
  auto acceptor = std::make_unique<net::Acceptor>(loop(), listener, owner);
  if (const auto started = acceptor->start(); !started) return started;
  acceptors_.push_back(std::move(acceptor));
  return {};
}

bool Shard::may_accept() noexcept {
  if (counters().connections() < options().max_connections) return true;
  if (close_longest_waiting()) return true;
  pause_accepting();
  return false;
}

void Shard::accepted(base::Descriptor socket, base::Endpoint peer) noexcept {
  counters().connection_opened();
  Shard* least = this;
  for (Shard* const shard : peers_) {
    const bool has_fewer = shard->connections_ + kMaxUneven < least->connections_;
    if (has_fewer && !shard->loop().is_stuck(loop().now())) least = shard;
  }
  try {
    if (least == this || is_draining()) {
      serve(std::move(socket), peer);
    } else {
      hand_over(*least, std::move(socket), peer);
    }
  } catch (const std::bad_alloc&) {  // the socket is closed, and the client may try again
    counters().connection_closed();
    accept_failed(ENOMEM);
  }
}

void Shard::hand_over(Shard& shard, base::Descriptor socket, base::Endpoint peer) {
  loop::post(shard.loop(), [&shard, socket = std::move(socket), peer]() mutable {
    try {
      shard.serve(std::move(socket), peer);
    } catch (const std::bad_alloc&) {
      shard.counters().connection_closed();
      shard.check_settled();
    }
  });
}

void Shard::adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer,
                  const MakeProtocol& make_protocol) {
  auto connection = std::make_unique<StreamConnection>(*this, std::move(stream), peer);
  if (make_protocol) (void)connection->change_protocol(make_protocol(*connection));
  counters().connection_opened();
  serve(std::move(connection));
}

void Shard::serve(base::Descriptor socket, base::Endpoint peer) {
  serve(std::make_unique<SocketConnection>(*this, std::move(socket), peer));
}

template <class AnyConnection>
void Shard::serve(std::unique_ptr<AnyConnection> connection) {
  const std::uint64_t most = options().max_connections_per_ip;
  const base::IpAddress& ip = connection->peer().ip;
  if (most > 0 && !ip.is_none() && !counters().enter(ip, most)) {
    counters().connection_closed();
    return check_settled();
  }
  connections_.fetch_add(1, std::memory_order_relaxed);
  settled_ = false;
  Connection& started = *connection.release();  // the lists own it
  newcomers_.add(started);
  if (!started.start()) started.close();
}

bool Shard::close_longest_waiting() {
  Connection* longest = idle_.first();
  Connection* const newcomer = newcomers_.first();
  if (newcomer != nullptr && newcomer->waits_since() + kNewcomer <= loop().now() &&
      (longest == nullptr || newcomer->waits_since() < longest->waits_since())) {
    longest = newcomer;
  }
  if (longest != nullptr) longest->close();
  return longest != nullptr;
}

void Shard::pause_accepting() {
  for (const auto& acceptor : acceptors_) acceptor->pause();
  if (counters().may_log(loop().now())) {
    log().write(Level::Warning, "max_connections is reached; accepting waits");
  }
  loop().arm(*this, loop().now() + kRetryAccept);
}

/// Idle connections make room: for the next ones, and for the files that requests open.
void Shard::accept_failed(int number) noexcept {
  for (std::size_t closed = 0; closed < kClosedForRoom && close_longest_waiting();) ++closed;
  if (!counters().may_log(loop().now())) return;
  log().write(Level::Warning, net::describe_accept_failure(number, "--max-connections"));
}

// ---- connections ----

void Shard::connection_idle(Connection& connection) { idle_.add(connection); }
void Shard::connection_busy(Connection& connection) { busy_.add(connection); }

bool Shard::has_connections() const {
  return !newcomers_.empty() || !idle_.empty() || !busy_.empty();
}

void Shard::connection_closed(Connection& connection) {
  ConnectionList::remove(connection);
  connections_.fetch_sub(1, std::memory_order_relaxed);
  counters().connection_closed();
  if (options().max_connections_per_ip > 0 && !connection.peer().ip.is_none()) {
    counters().leave(connection.peer().ip);
  }
  connection.retire();
  check_settled();
}

// ---- exchanges ----

base::LoopReport Shard::report(std::size_t most) {
  base::LoopReport report{.connections = connections_};
  busy_.visit([&](const Connection& connection) { connection.report(report); });
  orphans().for_each([&](const Exchange& exchange) { exchange.report(report); });
  std::ranges::sort(report.requests, std::ranges::greater(), &base::RequestReport::age);
  if (report.requests.size() > most) report.requests.resize(most);
  return report;
}

void Shard::cancel(std::uint64_t request) {
  busy_.for_each([request](Connection& connection) { connection.cancel(request); });
  orphans().for_each([request](Exchange& exchange) {
    if (exchange.id() == request) exchange.cancel();
  });
}

// ---- background tasks ----

void Shard::run_in_background(const app::Lifecycle::BackgroundTask& task) {
  background_.push_back(std::make_unique<Background>(*this, task));
  counters().background_begun();
  background_.back()->start();
}

void Shard::stop_background() noexcept {
  for (const auto& each : background_) each->stop();
}

void Shard::background_ended(Background& background) noexcept {
  std::erase_if(background_, [&](const auto& each) { return each.get() == &background; });
  counters().background_ended();
  check_settled();
}

// ---- draining ----

void Shard::drain(std::function<void()> settled) {
  when_settled_ = std::move(settled);
  for (const auto& acceptor : acceptors_) {
    acceptor->accept_waiting();
    acceptor->close();
  }
  begin_drain();
  for (auto& acceptor : acceptors_) loop().retire(std::move(acceptor));
  acceptors_.clear();
  newcomers_.restart(options().drain_idle);  // they stay readable for a moment
  idle_.restart(options().drain_idle);
  const auto drain_one = [](Connection& connection) { connection.drain(); };
  busy_.for_each(drain_one);  // first, for others may join it
  idle_.for_each(drain_one);
  newcomers_.for_each(drain_one);
  loop().arm(*this, base::after(loop().now(), options().drain_timeout));
  check_settled();
}

/// Nothing is left when every connection is gone, and every exchange that outlived its own.
/// Background tasks go on: a request of another shard may need them.
void Shard::check_settled() {
  if (!is_draining() || has_connections()) return;
  std::size_t lost = 0;
  orphans().for_each([&lost](const Exchange& exchange) { lost += exchange.is_lost(); });
  if (exchanges() > lost) return;
  settled_ = true;  // sequentially consistent: of two shards that settle at once, one sees both
  when_settled_();
}

void Shard::expired() noexcept {
  if (!is_draining()) {
    for (const auto& acceptor : acceptors_) {
      if (acceptor->start()) continue;
      accept_failed(ENOMEM);
      loop().arm(*this, loop().now() + kRetryAccept);
    }
    return;
  }
  if (has_connections()) {
    log().write(Level::Warning, "the drain deadline has passed; what is left is aborted");
  }
  abort_all();
}

void Shard::abort_all() {
  begin_abort();
  const auto abort = [](Connection& connection) { connection.abort(); };
  newcomers_.for_each(abort);
  idle_.for_each(abort);
  busy_.for_each(abort);
  check_settled();
}

}  // namespace mastic::server
