// The state machine of a connection that speaks HTTP/1.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "mastic/async/timer.h"
#include "mastic/net/protocol.h"
#include "mastic/net/stream.h"
#include "mastic/server/connection.h"
#include "mastic/server/exchange.h"
#include "mastic/server/http1/carry.h"
#include "mastic/server/http1/http1_pool.h"
#include "mastic/server/http1/http1_request.h"
#include "mastic/server/http1/http1_response_writer.h"
#include "mastic/server/http1/unsent_answers.h"
#include "mastic/server/rate_monitor.h"
#include "mastic/server/shard_services.h"
#include "mastic/server/write_monitor.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::server {

/// Reads requests, has an exchange run for each, one at a time, and writes the answers in order. It
/// is a state machine on the loop, and enforces the limits and deadlines of HTTP/1 (Options).
///
///     Idle ──byte──> Head ──head──> Exchanging ──answer written──> Idle ──answer left──> at rest
///                      │                │  └──content unread──> Discarding ──end──> Idle
///                      │                ├──101──> Upgrading ──101 has left──> another protocol
///                      │                ├──content broke off──> Aborting ──client has all──> Closed
///                      └──malformed─────┴──last answer────────> Lingering ──end──> Closed
///
/// 1. Bytes that cannot be used yet are kept in `carry_`, up to max_pipelined_bytes; then reading
///    pauses. It also pauses between two pulls of content.
/// 2. The state of one request is in its Http1Request. The Http1Request lives from the first byte
///    of the request until the answer is written (or has left, if the exchange waits for it to
///    leave) and nothing of the application runs. The members of this class belong to the
///    connection.
/// 3. After a malformed request, or an answer with Connection: close, no other request is read.
/// 4. When memory runs out, this connection is aborted and no other connection is affected: every
///    entry point runs in `with_memory`.
/// 5. Memory that is held because the client reads slowly is counted (ServerCounters) if some is
///    still held at the end of a turn, or already within the turn if it is much. An answer that
///    leaves within its turn is not counted.
/// 6. Closing cuts off no answer: the connection lingers until the client has acknowledged
///    everything, or is too slow. An answer whose content breaks off ends with a reset, so that it
///    never looks complete; the client gets everything that was written before.
/// 7. While the connection lingers, announced content is discarded within max_unread_bytes, and
///    anything else within max_linger_bytes. linger_total ends the lingering unless the content
///    arrives fast enough.
/// 8. When this object is Idle with nothing left to read or send, it is at rest, in the state of a
///    new object (is_as_new). It stays with its connection for the next request, unless another
///    connection needs it more (Http1Pool).
class Http1Connection final : public net::Protocol,
                              public RestingLinks,
                              private ResponseSink,
                              private async::Timer {
 public:
  /// `shard` and `pool` must outlive this object.
  Http1Connection(ShardServices& shard, Http1Pool& pool) : shard_(shard), pool_(pool) {}
  ~Http1Connection() override = default;

  /// Serves `connection` until `leave` is called or this object is destroyed. Requires:
  /// `connection` has no other protocol.
  void serve(Connection& connection) {
    connection_ = &connection;
    stream_ = &connection.stream();
  }
  /// Whether no state is left in this object of the connections that it has served.
  [[nodiscard]] bool is_as_new() const;
  /// Hands the connection over to `next`, or leaves it at rest if `next` is null, and returns this
  /// object to the pool. The object may then serve another connection, so do not touch it after the
  /// call. Requires: is_as_new().
  void leave(std::unique_ptr<net::Protocol> next);

  // ---- Protocol ----
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void closed(std::uint64_t unsent) noexcept override;
  void waited_in_vain() noexcept override;
  void drain() noexcept override;
  void report(base::LoopReport& report) const override;
  void cancel(std::uint64_t request) noexcept override;

  /// The link of FreeList.
  Http1Connection* next_free = nullptr;

 private:
  enum class State : std::uint8_t {
    Idle,
    Head,
    Exchanging,
    Discarding,
    Upgrading,  ///< the answer 101 is being sent
    Lingering,
    Aborting,  ///< what was written of an answer is being sent, and then the client sees a reset
    Closed
  };
  enum class Progress : std::uint8_t { Again, Wait };
  static constexpr base::Instant kNever = base::Instant::max();

  // ResponseSink: calls of the exchange.
  void content_wanted() noexcept override;
  void content_unwanted() noexcept override;
  void send_interim(http::Status status, const http::Fields& fields) noexcept override;
  [[nodiscard]] Next respond(app::Response& response) noexcept override;
  [[nodiscard]] Next send_piece(std::string_view piece,
                                std::shared_ptr<const void> owner) noexcept override;
  [[nodiscard]] Next end_content(http::FieldsView trailers) noexcept override;
  void abort_response() noexcept override;
  [[nodiscard]] bool has_room() const noexcept override;
  [[nodiscard]] bool has_unsent() const noexcept override { return stream_->unsent() > 0; }
  [[nodiscard]] After response_written() noexcept override;
  void exchange_cancelled(bool has_begun) noexcept override;

  void take_in(std::string_view bytes);
  void want_content();

  // Reading: each step consumes what it can from `input`.
  void consume(std::string_view& input, bool pipelined);
  void go_on();
  void consume_carry();
  [[nodiscard]] Progress read_head(std::string_view& input, bool pipelined);
  [[nodiscard]] Progress begin_exchange(std::string_view& input, bool pipelined);
  [[nodiscard]] Progress read_content(std::string_view& input);
  [[nodiscard]] Progress discard_content(std::string_view& input);
  void break_content(const wire::http1::Malformed& fault);

  // Answering.
  [[nodiscard]] Progress refuse(http::Status status, std::string_view reason);
  [[nodiscard]] Progress answer_itself(http::Status status, std::string_view detail);
  void report_rejection(http::Status status, std::string_view reason);
  [[nodiscard]] bool may_persist() const;
  void finish_request();
  void linger();
  void await_end();
  void abort_when_delivered() noexcept;
  void linger_is_over();
  void throw_away(std::size_t bytes);

  // Deadlines.
  void expired() noexcept override;
  void watch_writing();
  void read_deadline_passed();
  void set_read_deadline(base::Duration length);
  void arm_for(base::Instant deadline);

  /// Runs `step` and returns true. If `step` runs out of memory, aborts this connection and returns
  /// false. Every entry point that may allocate runs in this function (invariant 4).
  template <class Step>
  bool with_memory(Step step) noexcept {
    return connection_->with_memory(step);
  }
  void count_as_busy() {
    if (!std::exchange(is_busy_, true)) connection_->becomes_busy();
  }
  void count_held() noexcept;
  void client_takes_nothing();
  void rest();
  void wake() {
    if (is_resting()) pool_.works(*this);
  }
  void upgrade();
  void abort() { connection_->abort(); }
  void let_go_of_request() {
    if (request_ != nullptr) std::exchange(request_, nullptr)->let_go();
  }

  ShardServices& shard_;
  Http1Pool& pool_;
  Connection* connection_ = nullptr;
  net::Stream* stream_ = nullptr;
  Http1Request* request_ = nullptr;  ///< the request that is being read or answered
  UnsentAnswers unsent_answers_;
  Carry carry_;
  State state_ = State::Idle;
  bool is_busy_ = false;  ///< a request has begun; otherwise the connection waits for one
  bool peer_ended_ = false;
  bool reading_paused_ = false;
  std::uint64_t held_bytes_ = 0;  ///< as counted last in ServerCounters
  // Content that arrives while the connection lingers:
  std::uint64_t announced_bytes_ = 0;  ///< announced bytes that may still be discarded
  std::uint64_t excess_bytes_ = 0;     ///< bytes beyond the announced content
  Http1ResponseWriter writer_;
  base::Instant read_deadline_ = kNever;  ///< kNever while Idle or Exchanging
  base::Instant linger_end_ = kNever;
  RateMonitor body_rate_;
  WriteMonitor write_monitor_;
};

}  // namespace mastic::server
