#include "mastic/server/shard.h"

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/result.h"
#include "mastic/server/exchange.h"
#include "mastic/server/stream_connections.h"

namespace mastic::server {
namespace {

using std::chrono::seconds;

constexpr base::Duration kNewcomer = seconds(1);  // not closed: its first request may be on its way
constexpr std::size_t kClosedForRoom = 16;        // closed when descriptors or memory run out

}  // namespace

Shard::Shard(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
             ServerCounters& counters)
    : AcceptingShard(loop, log, counters, options.drain_timeout),
      ShardServices(loop, app, options, log, counters),
      http1_(services()),
      newcomers_(loop, options.header_timeout),
      idle_(loop, options.keep_alive_timeout) {}

Shard::~Shard() {
  MASTIC_ASSERT(!has_connections() && exchanges() == 0 && protocol_tasks().empty(),
                {"exchanges", static_cast<long long>(exchanges())});
  MASTIC_ASSERT(background_.empty());
}

// ---- accepting ----

bool Shard::has_room() noexcept {
  return counters().open() < options().max_connections || close_longest_waiting();
}

void Shard::adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer,
                  const MakeProtocol& make_protocol) {
  auto connection = std::make_unique<StreamConnection>(*this, std::move(stream), peer);
  if (make_protocol) (void)connection->change_protocol(make_protocol(*connection));
  counters().opened();
  try {
    serve(std::move(connection));
  } catch (const std::bad_alloc&) {
    counters().closed();
    throw;
  }
}

void Shard::serve(base::Descriptor socket, base::Endpoint peer) {
  serve(std::make_unique<SocketConnection>(*this, std::move(socket), peer));
}

/// The connection was counted in `counters` when it was accepted. A connection that is one too many
/// for its address is destroyed here, which closes it.
template <class AnyConnection>
void Shard::serve(std::unique_ptr<AnyConnection> connection) {
  const std::uint64_t most = options().max_connections_per_ip;
  const base::IpAddress& ip = connection->peer().ip;
  if (most > 0 && !ip.is_none() && !counters().enter(ip, most)) {
    counters().closed();
    return check_settled();
  }
  connection_begun();
  Connection& started = *connection.release();  // the lists own the connection
  newcomers_.add(started);
  if (!started.start()) started.close();
}

/// A newcomer is spared for its first second. Otherwise many clients that connect at once would
/// close each other's connections before their first request arrives.
bool Shard::close_longest_waiting() noexcept {
  Connection* longest = idle_.first();
  Connection* const newcomer = newcomers_.first();
  if (newcomer != nullptr && newcomer->waits_since() + kNewcomer <= loop().now() &&
      (longest == nullptr || newcomer->waits_since() < longest->waits_since())) {
    longest = newcomer;
  }
  if (longest != nullptr) longest->close();
  return longest != nullptr;
}

/// Closes idle connections, to make room for new ones and for files that requests open.
void Shard::make_room() noexcept {
  for (std::size_t closed = 0; closed < kClosedForRoom && close_longest_waiting();) ++closed;
}

// ---- connections ----

void Shard::connection_idle(Connection& connection) { idle_.add(connection); }
void Shard::connection_busy(Connection& connection) { busy_.add(connection); }

bool Shard::has_connections() const {
  return !newcomers_.empty() || !idle_.empty() || !busy_.empty();
}

void Shard::connection_closed(Connection& connection) {
  ConnectionList::remove(connection);
  if (options().max_connections_per_ip > 0 && !connection.peer().ip.is_none()) {
    counters().leave(connection.peer().ip);
  }
  connection.retire();
  connection_over();
}

// ---- exchanges ----

base::LoopReport Shard::report(std::size_t most) {
  base::LoopReport report{.connections = connections()};
  busy_.visit([&](const Connection& connection) { connection.report(report); });
  orphans().for_each([&](const Exchange& exchange) { exchange.report(report); });
  held_tasks().report(report);
  std::ranges::sort(report.requests, std::ranges::greater(), &base::RequestReport::age);
  if (report.requests.size() > most) report.requests.resize(most);
  return report;
}

/// The request may still have its connection, or may be an orphan.
void Shard::cancel(std::uint64_t request) {
  busy_.for_each([request](Connection& connection) { connection.cancel(request); });
  orphans().for_each([request](Exchange& exchange) {
    if (exchange.id() == request) exchange.cancel();
  });
  held_tasks().cancel(request);
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

void Shard::stop_background_ordered() noexcept {
  stop_background();
  order_done();
}

void Shard::background_ended(Background& background) noexcept {
  std::erase_if(background_, [&](const auto& each) { return each.get() == &background; });
  counters().background_ended();
  check_settled();
}

// ---- draining ----

void Shard::drain_all() noexcept {
  begin_drain();
  // Idle connections are read for a moment longer, because a request may be on its way.
  newcomers_.restart(options().drain_idle);
  idle_.restart(options().drain_idle);
  const auto drain_one = [](Connection& connection) { connection.drain(); };
  busy_.for_each(drain_one);  // first, because idle connections may join this list
  idle_.for_each(drain_one);
  newcomers_.for_each(drain_one);
}

/// Whether all connections have ended, and all exchanges and tasks that outlived their connections,
/// except those whose thread was written off.
bool Shard::is_empty() noexcept {
  if (has_connections() || protocol_tasks().size() > held_tasks().lost()) return false;
  std::size_t lost = 0;
  orphans().for_each([&lost](const Exchange& exchange) { lost += exchange.is_lost(); });
  return exchanges() <= lost;
}

void Shard::abort_all() noexcept {
  begin_abort();
  const auto abort = [](Connection& connection) { connection.abort(); };
  newcomers_.for_each(abort);
  idle_.for_each(abort);
  busy_.for_each(abort);
  protocol_tasks().for_each([](net::ProtocolTask& task) { task.abandon(); });
  check_settled();
}

}  // namespace mastic::server
