#include "mastic/server/shard.h"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <new>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/random.h"
#include "mastic/base/result.h"
#include "mastic/loop/post.h"
#include "mastic/server/exchange.h"
#include "mastic/server/http1/http1_connection.h"
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
constexpr std::uint64_t kIdStep = 0x9e3779b97f4a7c15;      // odd, so ids do not repeat

/// Spreads a counter over 64 bits (the finalizer of MurmurHash3).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ x >> 33) * 0xff51afd7ed558ccd;
  x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53;
  return x ^ x >> 33;
}

}  // namespace

Shard::Shard(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
             ServerCounters& counters)
    : loop_(loop),
      app_(app),
      options_(options),
      log_(log),
      counters_(counters),
      newcomers_(loop, options.header_timeout),
      idle_(loop, options.keep_alive_timeout),
      drain_(loop),
      next_id_(base::random_number(loop.kernel())) {}

Shard::~Shard() {
  MASTIC_ASSERT(!has_connections() && pages_.taken() == 0,
                {"exchanges", static_cast<long long>(pages_.taken())});
  MASTIC_ASSERT(background_.empty());
}

// ---- accepting ----

base::Result<void> Shard::accept_from(const net::Listener& listener) {
  net::AcceptorOwner& owner = *this;
  auto acceptor = std::make_unique<net::Acceptor>(loop_, listener, owner);
  if (const auto started = acceptor->start(); !started) return started;
  acceptors_.push_back(std::move(acceptor));
  return {};
}

bool Shard::may_accept() noexcept {
  if (counters_.connections() < options_.max_connections) return true;
  if (close_longest_waiting()) return true;
  pause_accepting();
  return false;
}

void Shard::accepted(base::Descriptor socket, base::Endpoint peer) noexcept {
  counters_.connection_opened();
  Shard* least = this;
  for (Shard* const shard : peers_) {
    const bool has_fewer = shard->connections_ + kMaxUneven < least->connections_;
    if (has_fewer && !shard->loop_.is_stuck(loop_.now())) least = shard;
  }
  try {
    if (least == this || draining_) {
      serve(std::move(socket), peer);
    } else {
      hand_over(*least, std::move(socket), peer);
    }
  } catch (const std::bad_alloc&) {  // the socket is closed, and the client may try again
    counters_.connection_closed();
    accept_failed(ENOMEM);
  }
}

void Shard::hand_over(Shard& shard, base::Descriptor socket, base::Endpoint peer) {
  loop::post(shard.loop_, [&shard, socket = std::move(socket), peer]() mutable {
    try {
      shard.serve(std::move(socket), peer);
    } catch (const std::bad_alloc&) {
      shard.counters_.connection_closed();
      shard.check_settled();
    }
  });
}

void Shard::adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer) {
  counters_.connection_opened();
  serve(std::make_unique<StreamConnection>(*this, std::move(stream), peer));
}

void Shard::serve(base::Descriptor socket, base::Endpoint peer) {
  serve(std::make_unique<SocketConnection>(*this, std::move(socket), peer));
}

template <class AnyConnection>
void Shard::serve(std::unique_ptr<AnyConnection> connection) {
  const std::uint64_t most = options_.max_connections_per_ip;
  const base::IpAddress& ip = connection->peer().ip;
  if (most > 0 && !ip.is_none() && !counters_.enter(ip, most)) {
    counters_.connection_closed();
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
  if (newcomer != nullptr && newcomer->waits_since() + kNewcomer <= loop_.now() &&
      (longest == nullptr || newcomer->waits_since() < longest->waits_since())) {
    longest = newcomer;
  }
  if (longest != nullptr) longest->close();
  return longest != nullptr;
}

void Shard::pause_accepting() {
  for (const auto& acceptor : acceptors_) acceptor->pause();
  if (counters_.may_log(loop_.now())) {
    log_.write(Level::Warning, "max_connections is reached; accepting waits");
  }
  loop_.arm(*this, loop_.now() + kRetryAccept);
}

/// Idle connections make room: for the next ones, and for the files that requests open.
void Shard::accept_failed(int number) noexcept {
  for (std::size_t closed = 0; closed < kClosedForRoom && close_longest_waiting();) ++closed;
  if (!counters_.may_log(loop_.now())) return;
  log_.write(Level::Warning, net::describe_accept_failure(number, "--max-connections"));
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
  counters_.connection_closed();
  if (options_.max_connections_per_ip > 0 && !connection.peer().ip.is_none()) {
    counters_.leave(connection.peer().ip);
  }
  connection.retire();
  check_settled();
}

void Shard::give_back_page(std::byte* page) {
  pages_.give_back(page);
  check_settled();
}

// ---- exchanges ----

void Shard::rejected_as_full(const app::RejectedRequest& rejected) noexcept {
  refused(rejected);
  if (!counters_.may_log(loop_.now())) return;
  log_.write(Level::Warning, "max_inflight_bytes is reached; requests are answered with 503");
}

void Shard::add_orphan(Exchange& exchange) noexcept {
  if (exchange.orphan_place != nullptr) return;
  exchange.next_orphan = orphans_;
  if (orphans_ != nullptr) orphans_->orphan_place = &exchange.next_orphan;
  exchange.orphan_place = &orphans_;
  orphans_ = &exchange;
}

void Shard::remove_orphan(Exchange& exchange) noexcept {
  if (exchange.orphan_place == nullptr) return;
  *exchange.orphan_place = exchange.next_orphan;
  if (exchange.next_orphan != nullptr) exchange.next_orphan->orphan_place = exchange.orphan_place;
  exchange.orphan_place = nullptr;
}

template <class Each>
void Shard::for_each_exchange(Each each) {
  busy_.for_each([&](Connection& connection) {
    if (Exchange* const exchange = connection.exchange()) each(*exchange);
  });
  for (Exchange* at = orphans_; at != nullptr;) each(*std::exchange(at, at->next_orphan));
}

base::LoopReport Shard::report(std::size_t most) {
  base::LoopReport report{.connections = connections_};
  for_each_exchange([&](const Exchange& exchange) {
    ++report.requests_in_all;
    report.requests.push_back(exchange.report());
  });
  std::ranges::sort(report.requests, std::ranges::greater(), &base::RequestReport::age);
  if (report.requests.size() > most) report.requests.resize(most);
  return report;
}

void Shard::cancel(std::uint64_t request) {
  for_each_exchange([&](Exchange& exchange) {
    if (exchange.id() == request) exchange.cancel();
  });
}

// ---- background tasks ----

void Shard::run_in_background(const app::Lifecycle::BackgroundTask& task) {
  background_.push_back(std::make_unique<Background>(*this, task));
  counters_.background_begun();
  background_.back()->start();
}

void Shard::stop_background() noexcept {
  for (const auto& each : background_) each->stop();
}

void Shard::background_ended(Background& background) noexcept {
  std::erase_if(background_, [&](const auto& each) { return each.get() == &background; });
  counters_.background_ended();
  check_settled();
}

// ---- draining ----

void Shard::drain(std::function<void()> settled) {
  when_settled_ = std::move(settled);
  for (const auto& acceptor : acceptors_) {
    acceptor->accept_waiting();
    acceptor->close();
  }
  draining_ = true;
  drain_.begin();
  for (auto& acceptor : acceptors_) loop_.retire(std::move(acceptor));
  acceptors_.clear();
  newcomers_.restart(options_.drain_idle);  // they stay readable for a moment
  idle_.restart(options_.drain_idle);
  loop_.arm(*this, base::after(loop_.now(), options_.drain_timeout));
  check_settled();
}

/// Nothing is left when every connection is gone, and every exchange that outlived its own.
/// Background tasks go on: a request of another shard may need them.
void Shard::check_settled() {
  if (!draining_ || has_connections()) return;
  std::size_t lost = 0;
  for (const Exchange* at = orphans_; at != nullptr; at = at->next_orphan) lost += at->is_lost();
  if (pages_.taken() > lost) return;
  settled_ = true;  // sequentially consistent: of two shards that settle at once, one sees both
  when_settled_();
}

void Shard::expired() noexcept {
  if (!draining_) {
    for (const auto& acceptor : acceptors_) {
      if (acceptor->start()) continue;
      accept_failed(ENOMEM);
      loop_.arm(*this, loop_.now() + kRetryAccept);
    }
    return;
  }
  if (has_connections()) {
    log_.write(Level::Warning, "the drain deadline has passed; what is left is aborted");
  }
  abort_all();
}

void Shard::abort_all() {
  aborting_ = true;
  const auto abort = [](Connection& connection) { connection.abort(); };
  newcomers_.for_each(abort);
  idle_.for_each(abort);
  busy_.for_each(abort);
}

// ---- services ----

void Shard::write_date() noexcept {
  date_checked_ = loop_.now();
  const std::int64_t second = loop_.kernel().unix_seconds();
  if (std::exchange(date_second_, second) == second) return;
  wire::http1::write_date_line(date_line_.data(), second);
}

std::uint64_t Shard::make_id() { return mix(next_id_ += kIdStep); }

}  // namespace mastic::server
