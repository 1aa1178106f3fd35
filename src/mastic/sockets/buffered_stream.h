// The loop's half of a connection that tasks read and write: what has arrived and was not read yet,
// who waits for what, and the deadlines. Reader, Writer and Connection are the tasks' half.

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

class BufferedStreamOwner {
 public:
  /// On the loop, once, after `end`: nothing is left of it, and it may be retired.
  virtual void stream_over() noexcept = 0;

 protected:
  ~BufferedStreamOwner() = default;
};

/// Belongs to its loop, but for what says otherwise.
///
/// 1. One task reads at a time; writes of several leave whole, in the order they began.
/// 2. Bytes that have arrived are read before what came after them is told: the end, a fault.
/// 3. Once the stream is closed, nobody waits here any more.
class BufferedStream final : private net::StreamOwner {
 public:
  /// All but `stream` must outlive it.
  BufferedStream(loop::Loop& loop, std::unique_ptr<net::Stream> stream,
                 const StreamOptions& options, BufferedStreamOwner& owner);
  ~BufferedStream();

  /// Begins to read. False when the loop cannot watch it: then it is of no use but to be ended.
  [[nodiscard]] bool start() noexcept;
  /// The server stops: stop tokens fire, and a read that waits for a first byte finds the end.
  void drain() noexcept;
  /// Nobody will read or write any more. Sends what was written, ends this side, and closes. Before
  /// that it reads the peer's away for linger_timeout after the last byte of either side, and until
  /// all was acknowledged, so that nothing is lost to a reset. A peer that has been silent for as long
  /// already is not waited for.
  void end() noexcept;
  /// Closes it so that the peer sees a reset. What waits here fails.
  void abort() noexcept;

  // From any thread, until `end` was called or requested.
  void request_abort() noexcept { request(kAbort); }
  void request_end() noexcept { request(kEnd); }
  /// Fires when the connection is lost, is aborted, or the server stops.
  [[nodiscard]] const std::stop_token& stop_token() const { return stop_token_; }
  [[nodiscard]] const StreamOptions& options() const { return options_; }

 private:
  friend class Receive;
  friend class Send;
  enum class Phase : std::uint8_t { Open, Ending, Closed };
  static constexpr unsigned kAbort = 1;
  static constexpr unsigned kEnd = 2;

  // Of operations.
  void begin(Receive& receive) noexcept;
  void begin(Send& send) noexcept;
  void forget(Receive& receive) noexcept;
  void forget(Send& send) noexcept;

  // StreamOwner.
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void failed(int number) noexcept override;

  bool answer_reader() noexcept;
  void pump() noexcept;
  /// True when nothing is left to do for it.
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
  bool choked_ = false;       ///< so much is unsent that writes wait
  bool write_ended_ = false;  ///< by a task, or because a write was given up in its middle
  bool owner_ended_ = false;
  bool is_over_ = false;
  StreamFault fault_ = StreamFault::Closed;  ///< what is told of a closed stream
  int fault_number_ = 0;
  std::string arrived_;
  Receive* reader_ = nullptr;
  Send* first_send_ = nullptr;
  Send* last_send_ = nullptr;
  net::Delivery delivery_;                             ///< since the write deadline was set
  base::Instant last_traffic_ = base::Instant::min();  ///< when bytes came, or left
  async::TimerOf<BufferedStream, &BufferedStream::read_deadline> read_timer_{*this};
  async::TimerOf<BufferedStream, &BufferedStream::write_deadline> write_timer_{*this};
  async::MessageTo<BufferedStream, &BufferedStream::requested> request_message_{*this};
  std::atomic<unsigned> requests_{0};  ///< not zero: the message is on its way
  std::unique_ptr<loop::FireStop> fire_stop_;
  std::stop_token stop_token_;
};

/// Awaits bytes: what has arrived, or nothing at the end.
class Receive final : public async::Operation {
 public:
  /// `partial`: some of what is being read is here; `due` is then the deadline of the whole, set by
  /// the first that waits.
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

/// Awaits that bytes are on their way, or have left, or that the end was told after them.
class [[nodiscard]] Send final : public async::Operation {
 public:
  enum class Until : std::uint8_t { Room, Sent, Shut };
  Send(BufferedStream& stream, std::string_view bytes, Until until)
      : stream_(stream), left_(bytes), until_(until) {}
  Send(Send&&) noexcept = default;  ///< as Operation: before it is awaited
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
  bool begun_ = false;  ///< some of it was handed on
  bool failed_ = false;
  StreamFault fault_{};
  int number_ = 0;
};

}  // namespace mastic::sockets
