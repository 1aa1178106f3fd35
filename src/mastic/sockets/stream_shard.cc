#include "mastic/sockets/stream_shard.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/loop/post.h"
#include "mastic/net/hang_up.h"
#include "mastic/net/socket_stream.h"

namespace mastic::sockets {
namespace {

using base::Level;
using std::chrono::milliseconds;

constexpr base::Duration kRetryAccept = milliseconds(50);  // while there is no room
constexpr std::uint64_t kMaxUneven = 8;                    // connections more than another shard

}  // namespace

StreamShard::~StreamShard() { MASTIC_ASSERT(sessions_.empty()); }

// ---- accepting ----

base::Result<void> StreamShard::accept_from(const net::Listener& listener) {
  net::AcceptorOwner& owner = *this;
  auto acceptor = std::make_unique<net::Acceptor>(loop(), listener, owner);
  if (const auto started = acceptor->start(); !started) return started;
  acceptors_.push_back(std::move(acceptor));
  return {};
}

std::uint64_t StreamShard::max_connections() const {
  const StreamServerOptions& limits = options();
  return handler().is_blocking() ? std::min(limits.max_connections, limits.threads)
                                 : limits.max_connections;
}

bool StreamShard::may_accept() noexcept {
  if (options().when_full == Admission::Refuse) return true;
  if (service_.counters.open.load() < max_connections()) return true;
  pause_accepting();
  return false;
}

void StreamShard::accepted(base::Descriptor socket, base::Endpoint peer) noexcept {
  const bool is_full = service_.counters.open.fetch_add(1) >= max_connections();
  if (is_full && options().when_full == Admission::Refuse) {
    service_.counters.open.fetch_sub(1);
    service_.counters.refused.fetch_add(1);
    return net::hang_up(socket.kernel(), socket.fd());
  }
  service_.counters.accepted.fetch_add(1);
  StreamShard* least = this;
  for (StreamShard* const shard : peers_) {
    const bool has_fewer = shard->connections_ + kMaxUneven < least->connections_;
    if (has_fewer && !shard->loop().is_stuck(loop().now())) least = shard;
  }
  try {
    least == this ? serve(std::move(socket), peer) : hand_over(*least, std::move(socket), peer);
  } catch (const std::bad_alloc&) {
    lost_connection();
  }
}

void StreamShard::hand_over(StreamShard& shard, base::Descriptor socket, base::Endpoint peer) {
  loop::post(shard.loop(), [&shard, socket = std::move(socket), peer]() mutable {
    try {
      shard.serve(std::move(socket), peer);
    } catch (const std::bad_alloc&) {
      shard.lost_connection();
    }
  });
}

void StreamShard::serve(base::Descriptor socket, base::Endpoint peer) {
  auto stream = std::make_unique<net::SocketStream>(loop(), std::move(socket));
  sessions_.push_back(StreamSession::make(*this, std::move(stream), peer));
  StreamSession& session = *sessions_.back();
  session.place = std::prev(sessions_.end());
  connections_.fetch_add(1);
  begin_work();
  session.start();
  if (is_draining()) session.drain();
}

/// There was no memory for it.
void StreamShard::lost_connection() noexcept {
  service_.counters.open.fetch_sub(1);
  accept_failed(ENOMEM);
  check_settled();
}

void StreamShard::pause_accepting() noexcept {
  is_paused_ = true;
  for (const auto& acceptor : acceptors_) acceptor->pause();
  if (may_log()) log().write(Level::Warning, "all connections are taken; accepting waits");
  loop().arm(*this, loop().now() + kRetryAccept);  // another shard's may end
}

void StreamShard::resume_accepting() noexcept {
  is_paused_ = false;
  disarm();
  for (const auto& acceptor : acceptors_) {
    if (acceptor->start()) continue;
    is_paused_ = true;
    loop().arm(*this, loop().now() + kRetryAccept);
  }
}

void StreamShard::accept_failed(int number) noexcept {
  if (!may_log()) return;
  log().write(Level::Warning, net::describe_accept_failure(number, "max_connections"));
}

void StreamShard::expired() noexcept { resume_accepting(); }

// ---- connections ----

void StreamShard::handler_ended(StreamSession& session, Ending ending,
                                std::string_view fault) noexcept {
  if (ending == Ending::Refused) service_.counters.refused.fetch_add(1);
  if (ending == Ending::Broken) service_.counters.broken.fetch_add(1);
  if (ending != Ending::Failed) return;
  service_.counters.failed.fetch_add(1);
  try {
    const std::string message = "the handler of a connection failed: " + std::string(fault);
    const std::string peer = session.peer().to_string();
    const base::LogField client{"client", peer};
    log().write(
        {.level = Level::Error, .logger = "app", .message = message, .fields = {&client, 1}});
  } catch (const std::bad_alloc&) {  // there is nowhere left to say so
  }
}

void StreamShard::session_over(StreamSession& session) noexcept {
  loop().retire(std::move(*session.place));
  sessions_.erase(session.place);
  connections_.fetch_sub(1);
  service_.counters.open.fetch_sub(1);
  if (is_paused_ && !is_draining()) resume_accepting();
  check_settled();
}

// ---- the end ----

/// What waits to be accepted has connected already: it is served, and drained like the others.
void StreamShard::close() noexcept {
  for (auto& acceptor : std::exchange(acceptors_, {})) {  // none of them is to pause meanwhile
    acceptor->accept_waiting();
    acceptor->close();
    loop().retire(std::move(acceptor));
  }
  disarm();
}

void StreamShard::drain_all() noexcept {
  for_each_session([](StreamSession& session) { session.drain(); });
}

void StreamShard::abort_all() noexcept {
  for_each_session([](StreamSession& session) { session.abort(); });
}

/// It may be over in the middle of that.
template <class Each>
void StreamShard::for_each_session(Each each) {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    StreamSession& session = **at++;
    each(session);
  }
}

}  // namespace mastic::sockets
