#include "mastic/sockets/buffered_stream.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/result.h"

namespace mastic::sockets {
namespace {

[[noreturn]] void throw_fault(StreamFault fault, int number) {
  switch (fault) {
    case StreamFault::TimedOut:
      throw StreamError(fault, "timed out: the peer took too long");
    case StreamFault::Lost:
      throw StreamError(fault, "the connection was lost: " + base::describe_number(number));
    default:
      throw StreamError(fault, "the connection is closed");
  }
}

}  // namespace

// ---- operations ----

std::optional<std::string> Receive::await_resume() {
  finish_await();
  switch (outcome_) {
    case Outcome::Bytes:
      return std::move(bytes_);
    case Outcome::End:
      return std::nullopt;
    case Outcome::Busy:
      throw std::logic_error("another task is reading from this connection");
    case Outcome::Fault:
      break;
  }
  throw_fault(fault_, number_);
}

void Send::await_resume() const {
  finish_await();
  if (failed_) throw_fault(fault_, number_);
}

// ---- life ----

BufferedStream::BufferedStream(loop::Loop& loop, std::unique_ptr<net::Stream> stream,
                               const StreamOptions& options, BufferedStreamOwner& owner)
    : loop_(loop),
      stream_(std::move(stream)),
      options_(options),
      owner_(owner),
      fire_stop_(std::make_unique<loop::FireStop>()),
      stop_token_(fire_stop_->source.get_token()) {}

BufferedStream::~BufferedStream() = default;

bool BufferedStream::start() noexcept {
  if (stream_->start(*this)) return true;
  fail(StreamFault::Lost, ENOMEM);
  return false;
}

/// A read in the middle of a piece may still get the rest of it; a read that waits for its first
/// byte gets the end of the stream (answer_reader).
void BufferedStream::drain() noexcept {
  draining_ = true;
  fire_stop();
  answer_reader();
}

void BufferedStream::end() noexcept {
  owner_ended_ = true;
  // If a failure has closed the stream already, only check_over is left to do.
  if (phase_ == Phase::Open) {
    phase_ = Phase::Ending;
    leave_waiters();
    read_timer_.disarm();  // from here on it limits the lingering
    // No task reads any more, so what has arrived is dropped.
    arrived_ = {};
    stream_->shut_write();
    if (std::exchange(paused_, false)) {
      last_traffic_ = loop_.now();  // this side paused, so the peer was not silent
      stream_->resume_reading();
    }
    if (phase_ == Phase::Ending && stream_->unsent() == 0) linger();
  }
  check_over();
}

void BufferedStream::abort() noexcept {
  if (phase_ == Phase::Closed) return;
  stream_->abort();
  fire_stop();
  close();
}

/// Everything is sent. The peer has linger_timeout since the last traffic to end its side.
void BufferedStream::linger() noexcept {
  if (peer_ended_) return close();
  const base::Instant due = base::after(last_traffic_, options_.linger_timeout);
  due <= loop_.now() ? linger_is_over() : loop_.arm(read_timer_, due);
}

/// If the socket were closed now and the peer sent once more, the kernel would reset the
/// connection, and bytes that are not acknowledged would be lost. So this waits for the
/// acknowledgement. If the acknowledgement comes too slowly, the write deadline aborts the
/// connection. When the server drains, the rest is left to the kernel.
void BufferedStream::linger_is_over() noexcept {
  if (draining_ || stream_->unacknowledged() == 0) return close();
  watch_writing();
  loop_.arm(read_timer_, base::after(loop_.now(), options_.linger_timeout));
}

void BufferedStream::fail(StreamFault fault, int number) noexcept {
  if (phase_ == Phase::Closed) return;
  fault_ = fault;
  fault_number_ = number;
  abort();
}

void BufferedStream::close() noexcept {
  stream_->close();
  phase_ = Phase::Closed;
  read_timer_.disarm();
  write_timer_.disarm();
  answer_reader();
  leave_waiters();
  check_over();
}

void BufferedStream::leave_waiters() noexcept {
  if (Receive* const reader = std::exchange(reader_, nullptr)) {
    reader->outcome_ = Receive::Outcome::Fault;
    reader->fault_ = fault_;
    reader->number_ = fault_number_;
    reader->waits_ = false;
    reader->complete();
  }
  while (first_send_ != nullptr) {
    first_send_->failed_ = true;
    first_send_->fault_ = fault_;
    first_send_->number_ = fault_number_;
    pop_send();
  }
}

void BufferedStream::fire_stop() noexcept {
  if (fire_stop_) loop::FireStop::fire(std::move(fire_stop_), loop_);
}

void BufferedStream::check_over() noexcept {
  // The message of a posted request refers to this object, so the stream is not over before that
  // message has been delivered.
  if (!owner_ended_ || phase_ != Phase::Closed || requests_.load() != 0) return;
  if (!std::exchange(is_over_, true)) owner_.stream_over();
}

void BufferedStream::request(unsigned what) noexcept {
  // The first request posts the message; later ones only add their bit to it.
  if (requests_.fetch_or(what) == 0) loop_.post(request_message_);
}

void BufferedStream::requested() noexcept {
  // If both were requested, the abort counts: `end` then finds the stream closed and does not
  // linger.
  const unsigned what = requests_.exchange(0);
  if ((what & kAbort) != 0) abort();
  if ((what & kEnd) != 0) end();
  check_over();
}

// ---- reading ----

void BufferedStream::begin(Receive& receive) noexcept {
  if (reader_ != nullptr) {
    receive.outcome_ = Receive::Outcome::Busy;
    return receive.complete();
  }
  // The receive becomes the reader before answer_reader is called, so there is only one way to
  // complete a receive.
  reader_ = &receive;
  receive.waits_ = true;
  if (answer_reader()) {
    if (phase_ == Phase::Open && std::exchange(paused_, false)) stream_->resume_reading();
    return;
  }
  const base::Instant now = loop_.now();
  // idle_timeout holds for the first byte of a piece and starts again with each read. read_timeout
  // holds for the whole piece, so a peer cannot prolong it by sending a byte at a time.
  if (receive.partial_ && !receive.due_) receive.due_ = base::after(now, options_.read_timeout);
  const base::Instant due =
      receive.partial_ ? *receive.due_ : base::after(now, options_.idle_timeout);
  due <= now ? read_deadline() : loop_.arm(read_timer_, due);
}

/// If a read waits, and there are bytes, an end or a fault to give to it, completes the read and
/// returns true. Otherwise returns false.
bool BufferedStream::answer_reader() noexcept {
  if (reader_ == nullptr) return false;
  const bool end = peer_ended_ || (draining_ && !reader_->partial_);
  // Invariant 2: bytes come first. A fault comes before an end, because it says more.
  if (!arrived_.empty()) {
    reader_->bytes_ = std::exchange(arrived_, {});
    reader_->outcome_ = Receive::Outcome::Bytes;
  } else if (phase_ != Phase::Open) {
    leave_waiters();
    return true;
  } else if (end) {
    reader_->outcome_ = Receive::Outcome::End;
  } else {
    return false;
  }
  read_timer_.disarm();
  Receive& reader = *std::exchange(reader_, nullptr);
  reader.waits_ = false;
  reader.complete();
  return true;
}

void BufferedStream::forget(Receive& receive) noexcept {
  receive.waits_ = false;
  reader_ = nullptr;
  if (phase_ == Phase::Open) read_timer_.disarm();
}

void BufferedStream::received(std::string_view bytes) noexcept {
  last_traffic_ = loop_.now();
  if (phase_ != Phase::Open) return;  // discarded while lingering
  try {
    arrived_ += bytes;
  } catch (const std::bad_alloc&) {
    return fail(StreamFault::Lost, ENOMEM);
  }
  if (answer_reader()) return;
  // Back-pressure: beyond read_ahead_bytes nothing is received until the next read resumes it.
  if (arrived_.size() < options_.read_ahead_bytes || std::exchange(paused_, true)) return;
  stream_->pause_reading();
}

void BufferedStream::received_end() noexcept {
  peer_ended_ = true;
  if (phase_ == Phase::Ending && stream_->unsent() == 0) return close();
  answer_reader();
}

void BufferedStream::failed(int number) noexcept { fail(StreamFault::Lost, number); }

void BufferedStream::read_deadline() noexcept {
  // One timer serves two deadlines, because no task reads while the stream lingers.
  if (phase_ == Phase::Ending) return linger_is_over();
  if (reader_ == nullptr) return;
  Receive& reader = *std::exchange(reader_, nullptr);
  reader.waits_ = false;
  reader.outcome_ = Receive::Outcome::Fault;
  reader.fault_ = StreamFault::TimedOut;
  reader.complete();
}

// ---- writing ----

void BufferedStream::begin(Send& send) noexcept {
  if (phase_ != Phase::Open || write_ended_) {
    send.failed_ = true;
    send.fault_ = phase_ == Phase::Open ? StreamFault::Closed : fault_;
    send.number_ = fault_number_;
    return send.complete();
  }
  (first_send_ == nullptr ? first_send_ : last_send_->next_) = &send;
  last_send_ = &send;
  send.queued_ = true;
  // Only the first of the queue moves bytes; the others wait for their turn (invariant 1).
  if (first_send_ == &send) pump();
}

void BufferedStream::pump() noexcept {
  try {
    while (phase_ == Phase::Open && first_send_ != nullptr && push(*first_send_)) pop_send();
  } catch (const std::bad_alloc&) {
    return fail(StreamFault::Lost, ENOMEM);
  }
}

bool BufferedStream::push(Send& send) {
  if (write_ended_) {  // by a send that was queued before this one
    send.failed_ = true;
    send.fault_ = StreamFault::Closed;
    return true;
  }
  if (send.until_ == Send::Until::Sent) return stream_->unsent() == 0;
  if (send.until_ == Send::Until::Shut) {
    write_ended_ = true;
    stream_->shut_write();
    return true;
  }
  // A large write passes the limit in parts, so a connection never holds more than write_high_bytes
  // unsent; the rest stays with the caller.
  while (!choked_ && !send.left_.empty()) {
    const std::uint64_t room = options_.write_high_bytes - stream_->unsent();
    const std::string_view part = send.left_.substr(0, room);
    stream_->write(part);
    send.left_.remove_prefix(part.size());
    send.begun_ = true;
    choked_ = stream_->unsent() >= options_.write_high_bytes;
  }
  return !choked_;
}

void BufferedStream::pop_send() noexcept {
  Send& send = *first_send_;
  first_send_ = send.next_;
  send.queued_ = false;
  send.complete();
}

void BufferedStream::forget(Send& send) noexcept {
  send.queued_ = false;
  // After half a write, the peer could not tell where the next one begins.
  if (send.begun_ && !send.left_.empty()) write_ended_ = true;
  Send* previous = nullptr;
  for (Send* at = first_send_; at != &send; at = at->next_) previous = at;
  (previous == nullptr ? first_send_ : previous->next_) = send.next_;
  if (last_send_ == &send) last_send_ = previous;
  // The first send blocks those behind it. Without that one, the next send may be able to continue.
  if (previous == nullptr) pump();
}

void BufferedStream::sent(std::uint64_t taken, std::uint64_t unsent) noexcept {
  if (taken > 0) last_traffic_ = loop_.now();
  delivery_.took(taken);
  // Hysteresis: writes that stopped at the high mark resume only at the low mark, so that they pass
  // larger portions.
  if (unsent <= options_.write_low_bytes) choked_ = false;
  unsent == 0 ? write_timer_.disarm() : watch_writing();
  if (phase_ == Phase::Ending) {
    if (unsent == 0) linger();
    return;
  }
  pump();
}

/// Sets the write deadline: until then the peer has to acknowledge bytes at min_write_rate or
/// faster. Only acknowledged bytes count, because the kernel also takes bytes for a peer that reads
/// nothing.
void BufferedStream::watch_writing() noexcept {
  if (write_timer_.is_armed()) return;
  delivery_.start(*stream_);
  loop_.arm(write_timer_, base::after(loop_.now(), options_.write_timeout));
}

void BufferedStream::write_deadline() noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options_.write_timeout);
  const auto least = options_.min_write_rate * static_cast<std::uint64_t>(seconds.count());
  // At least one byte, so that a rate of 0 does not let a peer stall for ever.
  if (delivery_.look(*stream_) < std::max<std::uint64_t>(least, 1)) {
    return fail(StreamFault::TimedOut, 0);
  }
  watch_writing();
}

}  // namespace mastic::sockets
