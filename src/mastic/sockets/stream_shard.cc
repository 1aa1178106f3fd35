#include "mastic/sockets/stream_shard.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/net/socket_stream.h"

namespace mastic::sockets {

StreamShard::~StreamShard() { MASTIC_ASSERT(sessions_.empty()); }

// ---- accepting ----

/// A blocking handler holds one of the threads as long as its connection lasts.
bool StreamShard::is_bound_by_threads() const noexcept {
  return handler().is_blocking() && options().threads < options().max_connections;
}

std::uint64_t StreamShard::max_connections() const noexcept {
  return is_bound_by_threads() ? options().threads : options().max_connections;
}

std::string_view StreamShard::bounding_option() const noexcept {
  return is_bound_by_threads() ? "threads" : "max_connections";
}

bool StreamShard::has_room() noexcept {
  // A server that refuses has to accept every connection in order to close it.
  return options().when_full == Admission::Refuse || counters().open() < max_connections();
}

bool StreamShard::admits(std::uint64_t others) noexcept {
  const bool refuses = options().when_full == Admission::Refuse && others >= max_connections();
  (refuses ? service_.counters.refused : service_.counters.accepted).fetch_add(1);
  return !refuses;
}

void StreamShard::serve(base::Descriptor socket, base::Endpoint peer) {
  auto stream = std::make_unique<net::SocketStream>(loop(), std::move(socket));
  sessions_.push_back(StreamSession::make(*this, std::move(stream), peer));
  StreamSession& session = *sessions_.back();
  session.place = std::prev(sessions_.end());
  connection_begun();
  // A connection that was accepted just before the drain is told of the drain now.
  session.start();
  if (is_draining()) session.drain();
}

// ---- connections ----

void StreamShard::handler_ended(StreamSession& session, Ending ending,
                                const std::optional<std::string>& fault) noexcept {
  if (ending == Ending::Refused) service_.counters.refused.fetch_add(1);
  if (ending == Ending::Broken) service_.counters.broken.fetch_add(1);
  if (ending != Ending::Failed) return;
  service_.counters.failed.fetch_add(1);
  if (!fault) return;
  try {
    const std::string message = "the handler of a connection failed: " + *fault;
    const std::string peer = session.peer().to_string();
    const base::LogField client{"client", peer};
    log().write(
        {.level = base::Level::Error, .logger = "app", .message = message, .fields = {&client, 1}});
  } catch (const std::bad_alloc&) {  // without memory there is no way to log it
  }
}

void StreamShard::session_over(StreamSession& session) noexcept {
  loop().retire(std::move(*session.place));
  sessions_.erase(session.place);
  connection_over();
}

// ---- the end ----

void StreamShard::drain_all() noexcept {
  for_each_session([](StreamSession& session) { session.drain(); });
}

void StreamShard::abort_all() noexcept {
  for_each_session([](StreamSession& session) { session.abort(); });
}

/// Calls `each` for all sessions. A session may leave the list during its call, so the iterator is
/// advanced before the call.
template <class Each>
void StreamShard::for_each_session(Each each) {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    StreamSession& session = **at++;
    each(session);
  }
}

}  // namespace mastic::sockets
