#include "mastic/net/accepting_shard.h"

#include <cerrno>
#include <new>
#include <string>

#include "mastic/loop/post.h"
#include "mastic/net/hang_up.h"

namespace mastic::net {
namespace {

using base::Level;

constexpr base::Duration kRetryAccept = std::chrono::milliseconds(50);  // while there is no room
// The shard that accepts a connection serves it, unless another shard has fewer connections by more
// than this number. Handing a connection over costs a message and cold caches, and small
// differences even out by themselves.
constexpr std::uint64_t kMaxUneven = 8;

}  // namespace

// ---- accepting ----

base::Result<void> AcceptingShard::accept_from(const Listener& listener) {
  AcceptorOwner& owner = *this;
  auto acceptor = std::make_unique<Acceptor>(loop(), listener, owner);
  if (const auto started = acceptor->start(); !started) return started;
  acceptors_.push_back(std::move(acceptor));
  return {};
}

base::Result<void> AcceptingShard::accept_from(std::span<const Listener> listeners) {
  for (const Listener& listener : listeners) {
    if (const auto begun = accept_from(listener); !begun) return begun;
  }
  return {};
}

bool AcceptingShard::may_accept() noexcept {
  if (has_room()) return true;
  pause();
  return false;
}

void AcceptingShard::accepted(base::Descriptor socket, base::Endpoint peer) noexcept {
  // The connection is counted before `admits` is asked, so that shards that accept at the same time
  // cannot all take the last place.
  if (!admits(counters().opened())) {
    counters().closed();
    return hang_up(socket.kernel(), socket.fd());
  }
  AcceptingShard& shard = least_busy();
  try {
    &shard == this ? take(std::move(socket), peer) : hand_over(shard, std::move(socket), peer);
  } catch (const std::bad_alloc&) {
    lost_connection();
  }
}

AcceptingShard& AcceptingShard::least_busy() {
  AcceptingShard* least = this;
  for (AcceptingShard* const shard : peers_) {
    // On a loop whose driver is inside a handler, the connection would wait for a hand-off.
    const bool has_fewer = shard->connections() + kMaxUneven < least->connections();
    if (has_fewer && !shard->loop().is_stuck(loop().now())) least = shard;
  }
  return *least;
}

void AcceptingShard::hand_over(AcceptingShard& shard, base::Descriptor socket,
                               base::Endpoint peer) {
  // `shard` still exists when the message arrives: the connection is counted already, so the server
  // cannot have settled.
  loop::post(shard.loop(), [&shard, socket = std::move(socket), peer]() mutable {
    try {
      shard.take(std::move(socket), peer);
    } catch (const std::bad_alloc&) {
      shard.lost_connection();
    }
  });
}

/// Serves a connection, unless this shard was aborted while the connection was on its way from
/// another shard: then the connection is reset, as the shard's own connections were.
void AcceptingShard::take(base::Descriptor socket, base::Endpoint peer) {
  if (!is_aborting()) return serve(std::move(socket), peer);
  reset(socket.kernel(), socket.fd());
  counters().closed();
  check_settled();
}

/// Called when there is no memory to serve a connection. Its socket is closed; the client may try
/// again.
void AcceptingShard::lost_connection() noexcept {
  counters().closed();
  accept_failed(ENOMEM);
  check_settled();
}

void AcceptingShard::accept_failed(int number) noexcept {
  make_room();
  if (!may_log()) return;
  try {
    log().write(Level::Warning, describe_accept_failure(number, bounding_option()));
  } catch (const std::bad_alloc&) {  // no memory for a message either
  }
}

// ---- when there is no room ----

void AcceptingShard::pause() noexcept {
  is_paused_ = true;
  for (const auto& acceptor : acceptors_) acceptor->pause();
  loop().arm(retry_, loop().now() + kRetryAccept);  // a connection of another shard may end
  if (!may_log()) return;
  try {
    log().write(Level::Warning, "no room for another connection (" +
                                    std::string(bounding_option()) +
                                    "); accepting pauses until one ends");
  } catch (const std::bad_alloc&) {
  }
}

void AcceptingShard::resume() noexcept {
  is_paused_ = false;
  retry_.disarm();
  bool all_started = true;
  for (const auto& acceptor : acceptors_) all_started &= acceptor->start().has_value();
  if (all_started) return;
  // Before is_paused_ is set: accept_failed may close connections, which calls `resume`.
  accept_failed(ENOMEM);
  is_paused_ = true;
  loop().arm(retry_, loop().now() + kRetryAccept);
}

/// Clients that wait to be accepted are connected already as far as they know. So their connections
/// are accepted, served, and drained like the others.
void AcceptingShard::close() noexcept {
  auto closing = std::exchange(acceptors_, {});  // so that `pause` finds no acceptors meanwhile
  for (const auto& acceptor : closing) acceptor->accept_waiting();
  acceptors_ = std::move(closing);
  give_up();
}

void AcceptingShard::give_up() noexcept {
  for (auto& acceptor : std::exchange(acceptors_, {})) {
    acceptor->close();
    loop().retire(std::move(acceptor));
  }
  is_paused_ = false;
  retry_.disarm();
}

// ---- connections ----

void AcceptingShard::connection_begun() noexcept {
  connections_.fetch_add(1, std::memory_order_relaxed);
  begin_work();
}

void AcceptingShard::connection_over() noexcept {
  connections_.fetch_sub(1, std::memory_order_relaxed);
  counters().closed();
  if (is_paused_) resume();
  check_settled();
}

}  // namespace mastic::net
