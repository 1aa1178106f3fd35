// The loop's half of a connection that tasks read and write: bytes that have arrived but have not
// been read, the waiting tasks, and the deadlines. Reader, Writer and Connection are the tasks'
// half.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "mastic/async/callbacks.h"
#include "mastic/async/context.h"
#include "mastic/loop/fire_stop.h"
#include "mastic/loop/loop.h"
#include "mastic/net/delivery.h"
#include "mastic/net/stream.h"
#include "mastic/sockets/stream_error.h"
#include "mastic/sockets/stream_options.h"

namespace mastic::sockets {

class Receive;
class Send;

/// The owner of a BufferedStream.
class BufferedStreamOwner {
 public:
  /// Tells the owner that the stream is closed and nothing refers to it any more, so that the owner
  /// may retire the stream. Called on the loop, once, after `end`.
  virtual void stream_over() noexcept = 0;

 protected:
  ~BufferedStreamOwner() = default;
};

/// A stream between a loop and the tasks that use it. Its functions are called on its loop, except
/// where they say otherwise.
///
/// 1. Only one task reads at a time. Writes of several tasks are sent whole, in the order in which
///    they began.
/// 2. Bytes that have arrived are given to the reader before the reader is told of an end or a
///    fault that came after them.
/// 3. Once the stream is closed, no task waits for it any more.
///
///     Open ──end──► Ending ──all sent, and the peer has ended or lingered──► Closed
///       └────────────────────abort, a failure, the write deadline─────────────┘
class BufferedStream final : private net::StreamOwner {
 public:
  /// Requires: all arguments except `stream` outlive this object.
  BufferedStream(loop::Loop& loop, std::unique_ptr<net::Stream> stream,
                 const StreamOptions& options, BufferedStreamOwner& owner);
  ~BufferedStream();

  /// Begins to read. Returns false if the loop cannot watch the stream; then reads and writes fail,
  /// and the owner can only call `end`.
  [[nodiscard]] bool start() noexcept;
  /// Tells the connection that the server drains: stop tokens fire, and a read that waits for its
  /// first byte gets the end of the stream.
  void drain() noexcept;
  /// Ends the connection; no task reads or writes after this. Sends what was written, shuts this
  /// side down, lingers, and closes.
  ///
  /// To linger is to read and discard what the peer sends. Without that, the kernel would answer
  /// those bytes with a reset, and the peer would lose what it has not read. Lingering ends when
  /// the peer ends its side, or when linger_timeout has passed and the peer has acknowledged
  /// everything. The timeout counts from the last byte in either direction before lingering began.
  /// So a peer that has been silent for that long already is not waited for, and a peer that keeps
  /// sending does not extend the time.
  void end() noexcept;
  /// Closes the connection so that the peer sees a reset. Waiting reads and writes fail.
  void abort() noexcept;

  // Any thread may call these two, until `end` was called or requested.
  void request_abort() noexcept { request(kAbort); }
  void request_end() noexcept { request(kEnd); }
  /// A token that fires when the connection is lost or aborted, or when the server drains.
  [[nodiscard]] const std::stop_token& stop_token() const { return stop_token_; }
  [[nodiscard]] const StreamOptions& options() const { return options_; }

 private:
  friend class Receive;
  friend class Send;
  enum class Phase : std::uint8_t { Open, Ending, Closed };
  static constexpr unsigned kAbort = 1;
  static constexpr unsigned kEnd = 2;

  // For operations:
  void begin(Receive& receive) noexcept;
  void begin(Send& send) noexcept;
  void forget(Receive& receive) noexcept;
  void forget(Send& send) noexcept;

  // The functions of StreamOwner:
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void failed(int number) noexcept override;

  bool answer_reader() noexcept;
  void pump() noexcept;
  /// Passes as much of `send` to the stream as fits. Returns true if the operation is done.
  bool push(Send& send);
  void pop_send() noexcept;
  void watch_writing() noexcept;
  void linger() noexcept;
  void linger_is_over() noexcept;
  void fail(StreamFault fault, int number) noexcept;
  void close() noexcept;
  void leave_waiters() noexcept;
  void fire_stop() noexcept;
  void check_over() noexcept;
  void request(unsigned what) noexcept;
  void requested() noexcept;
  void read_deadline() noexcept;
  void write_deadline() noexcept;

  loop::Loop& loop_;
  const std::unique_ptr<net::Stream> stream_;
  const StreamOptions& options_;
  BufferedStreamOwner& owner_;
  Phase phase_ = Phase::Open;
  bool draining_ = false;
  bool peer_ended_ = false;
  bool paused_ = false;
  /// Whether write_high_bytes were unsent. If so, writes wait until at most write_low_bytes are
  /// unsent.
  bool choked_ = false;
  /// Whether nothing more can be written, because shut_write was reached or a write was cancelled
  /// after a part of it had been sent.
  bool write_ended_ = false;
  bool owner_ended_ = false;
  bool is_over_ = false;
  StreamFault fault_ = StreamFault::Closed;  ///< why the stream was closed
  int fault_number_ = 0;
  std::string arrived_;
  Receive* reader_ = nullptr;
  Send* first_send_ = nullptr;
  Send* last_send_ = nullptr;
  /// Counts the bytes that the peer acknowledges after the write deadline was set.
  net::Delivery delivery_;
  base::Instant last_traffic_ = base::Instant::min();  ///< when bytes last came or left
  async::TimerOf<BufferedStream, &BufferedStream::read_deadline> read_timer_{*this};
  async::TimerOf<BufferedStream, &BufferedStream::write_deadline> write_timer_{*this};
  async::MessageTo<BufferedStream, &BufferedStream::requested> request_message_{*this};
  std::atomic<unsigned> requests_{0};  ///< if not zero, request_message_ is on its way
  std::unique_ptr<loop::FireStop> fire_stop_;
  std::stop_token stop_token_;
};

/// An await of bytes. It gives what has arrived, or std::nullopt at the end of the stream.
class Receive final : public async::Operation {
 public:
  /// `partial` says that a part of the piece has arrived already. `due` is then the deadline of the
  /// whole piece; the first Receive that waits sets the deadline, and the following ones keep it.
  Receive(BufferedStream& stream, bool partial, std::optional<base::Instant>& due)
      : stream_(stream), due_(due), partial_(partial) {}
  ~Receive() override {
    if (waits_) stream_.forget(*this);
  }
  [[nodiscard]] std::optional<std::string> await_resume();

 private:
  friend class BufferedStream;
  enum class Outcome : std::uint8_t { Bytes, End, Fault, Busy };
  void start(async::Executor&) override { stream_.begin(*this); }
  Cancel cancel() noexcept override {
    stream_.forget(*this);
    return Cancel::GivenUp;
  }

  BufferedStream& stream_;
  std::optional<base::Instant>& due_;
  const bool partial_;
  bool waits_ = false;
  Outcome outcome_ = Outcome::End;
  StreamFault fault_{};
  int number_ = 0;
  std::string bytes_;
};

/// An await that ends when bytes were accepted for sending (Room), when everything was passed to
/// the kernel (Sent), or when this side was shut down (Shut).
class [[nodiscard]] Send final : public async::Operation {
 public:
  enum class Until : std::uint8_t { Room, Sent, Shut };
  Send(BufferedStream& stream, std::string_view bytes, Until until)
      : stream_(stream), left_(bytes), until_(until) {}
  Send(Send&&) noexcept = default;  ///< Requires: the other Send has not been awaited.
  ~Send() override {
    if (queued_) stream_.forget(*this);
  }
  void await_resume() const;

 private:
  friend class BufferedStream;
  void start(async::Executor&) override { stream_.begin(*this); }
  Cancel cancel() noexcept override {
    stream_.forget(*this);
    return Cancel::GivenUp;
  }

  BufferedStream& stream_;
  std::string_view left_;
  Send* next_ = nullptr;
  Until until_;
  bool queued_ = false;
  bool begun_ = false;  ///< a part of `left_` was passed to the stream
  bool failed_ = false;
  StreamFault fault_{};
  int number_ = 0;
};

}  // namespace mastic::sockets
