#include "mastic/server/connection.h"

#include <new>
#include <utility>

#include "mastic/server/http1/http1_connection.h"
#include "mastic/server/shard.h"

namespace mastic::server {

Connection::Connection(Shard& shard, base::Endpoint peer) : shard_(shard), peer_(peer) {}

Connection::~Connection() = default;

bool Connection::start() {
  if (!stream().start(*this)) {
    forget_protocol();  // the protocol was not started, so `closed` must not be called
    return false;
  }
  if (protocol_) start_protocol({}, false);  // chosen by ALPN; otherwise the connection rests
  return true;
}

// ---- rest and work ----

net::Protocol* Connection::wake() noexcept {
  if (!protocol_) with_memory([this] { protocol_ = shard_.http1().take(*this); });
  return protocol_.get();
}

std::unique_ptr<net::Protocol> Connection::change_protocol(
    std::unique_ptr<net::Protocol> next) noexcept {
  return std::exchange(protocol_, std::move(next));
}

/// In each of these calls, the protocol may close the connection (then the connection is in no
/// list), or be replaced again.
void Connection::start_protocol(std::string_view early, bool peer_ended) noexcept {
  protocol_->start();
  if (is_listed() && !early.empty()) protocol_->received(early);
  if (is_listed() && peer_ended) protocol_->received_end();
  if (is_listed() && is_draining()) protocol_->drain();
}

loop::Loop& Connection::loop() const { return shard_.services().loop(); }
net::ProtocolServer& Connection::server() const { return shard_.services(); }
bool Connection::is_draining() const { return shard_.is_draining(); }
void Connection::becomes_busy() { shard_.connection_busy(*this); }
void Connection::becomes_idle() { shard_.connection_idle(*this); }

/// A resting connection whose client has acknowledged everything is closed without a protocol.
/// Otherwise its protocol says goodbye; the connection no longer waits, whatever the protocol does.
void Connection::waited_in_vain() noexcept {
  const bool has_all = !protocol_ && !is_draining() && stream().unacknowledged() == 0;
  if (has_all) return close();
  becomes_busy();
  if (net::Protocol* const protocol = wake()) protocol->waited_in_vain();
}

void Connection::drain() noexcept {
  if (protocol_) protocol_->drain();
}

// ---- events of the stream ----

void Connection::received(std::string_view bytes) noexcept {
  if (net::Protocol* const protocol = wake()) protocol->received(bytes);
}

void Connection::received_end() noexcept { protocol_ ? protocol_->received_end() : close(); }

void Connection::sent(std::uint64_t taken, std::uint64_t unsent) noexcept {
  if (protocol_) protocol_->sent(taken, unsent);
}

void Connection::failed(int) noexcept { close(); }

// ---- reports ----

void Connection::report(base::LoopReport& report) const {
  if (protocol_) protocol_->report(report);
}

void Connection::cancel(std::uint64_t request) noexcept {
  if (protocol_) protocol_->cancel(request);
}

// ---- the end ----

void Connection::close() {
  const std::uint64_t unsent = stream().unsent();
  stream().close();
  end(unsent);
}

void Connection::abort() {
  const std::uint64_t unsent = stream().unsent();
  stream().abort();
  end(unsent);
}

/// Tells the protocol once. Protocol::closed may call close() or abort() again, which then do
/// nothing.
void Connection::end(std::uint64_t unsent) {
  if (has_ended_ != 0) return;
  has_ended_ = 1;
  if (protocol_) protocol_->closed(unsent);
  shard_.connection_closed(*this);
}

}  // namespace mastic::server
