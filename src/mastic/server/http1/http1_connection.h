// What a connection does while it has work: it speaks HTTP/1.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/async/timer.h"
#include "mastic/http/target.h"
#include "mastic/net/stream.h"
#include "mastic/server/connection.h"
#include "mastic/server/exchange.h"
#include "mastic/server/http1/http1_response_writer.h"
#include "mastic/server/rate_monitor.h"
#include "mastic/server/shard_services.h"
#include "mastic/server/write_monitor.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::server {

struct Http1Request;

/// Reads requests, has an exchange run for each, one at a time, and writes the answers in order. A
/// state machine on the loop: it owns the limits and the deadlines of HTTP/1 (Options).
///
///     Idle ──byte──> Head ──head──> Exchanging ──answer written──> Idle ──answer left──> at rest
///                      │                │  └──content left──> Discarding ──end──> Idle
///                      └──malformed─────┴──last answer──────> Lingering ──end──> Closed
///
/// 1. Bytes that cannot be used yet wait in `carry_`, up to max_pipelined_bytes; then reading
///    pauses.
/// 2. A turn (parser, exchange and their memory) exists from the first byte of a request until its
///    answer is written, or has left when that is waited for, and nothing of the application runs.
/// 3. After a malformed request, or an answer that says so, no other request is read.
/// 4. Without memory a connection is aborted, and nobody else notices: every entry is
///    `with_memory`.
/// 5. What it holds because the client reads slowly is counted (ServerCounters) when a turn ends with some,
///    or within it when that is much. An answer that leaves within its turn costs no counting.
/// 6. Closing cuts no answer: it lingers until the client has acknowledged all, or is too slow.
/// 7. While it lingers, content that was announced is thrown away within max_unread_bytes, and anything
///    else within max_linger_bytes; linger_total ends it unless that content comes fast enough.
/// 8. Idle, with nothing left to read or to send, it is at rest: as good as new, and given back,
///    to serve the next connection that has work (FreeList).
class Http1Connection final : public ExchangeOwner, private async::Timer {
 public:
  explicit Http1Connection(ShardServices& shard);
  ~Http1Connection() override;

  /// Belongs to `connection`, which was waiting, until it is at rest or destroyed.
  void serve(Connection& connection) {
    connection_ = &connection;
    stream_ = &connection.stream();
  }
  /// Reads no more, and closes after what was written has left and the client has ended.
  void linger();
  /// The connection is closed; `unsent` bytes are lost.
  void closed(std::uint64_t unsent);

  /// Of the request that is being answered; none when none is.
  [[nodiscard]] Exchange* exchange() const;

  // What the stream tells.
  void received(std::string_view bytes) noexcept;
  void received_end() noexcept;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept;

  /// For FreeList.
  Http1Connection* next_free = nullptr;

 private:
  enum class State : std::uint8_t { Idle, Head, Exchanging, Discarding, Lingering, Closed };
  enum class Progress : std::uint8_t { Again, Wait };
  static constexpr base::Instant kNever = base::Instant::max();

  // What the exchange wants.
  void content_wanted() noexcept override;
  void content_unwanted() noexcept override;
  void send_interim(http::Status status, const http::Fields& fields) noexcept override;
  [[nodiscard]] Next respond(app::Response& response) noexcept override;
  [[nodiscard]] Next send_piece(std::string_view piece) noexcept override;
  [[nodiscard]] Next end_content() noexcept override;
  void abort_response() noexcept override;
  [[nodiscard]] bool has_room() const noexcept override;
  void response_written(Exchange& exchange) noexcept override;
  void exchange_cancelled(bool has_begun) noexcept override;

  void take_in(std::string_view bytes);
  void want_content();

  // Reading: each step takes what it can from `input`.
  void consume(std::string_view& input, bool pipelined);
  void go_on();
  void consume_carry();
  [[nodiscard]] Progress read_head(std::string_view& input, bool pipelined);
  [[nodiscard]] Progress begin_exchange(std::string_view& input, bool pipelined);
  [[nodiscard]] Progress answer_path_fault(http::PathFault fault);
  [[nodiscard]] std::optional<std::string_view> take_whole_content(std::string_view& input);
  [[nodiscard]] Progress read_content(std::string_view& input);
  [[nodiscard]] Progress discard_content(std::string_view& input);
  void break_content(const wire::http1::Malformed& fault);

  // Answering.
  [[nodiscard]] Progress refuse(http::Status status, std::string_view reason);
  [[nodiscard]] Progress answer_itself(http::Status status, std::string_view detail);
  void report_rejection(http::Status status, std::string_view reason);
  [[nodiscard]] bool may_persist() const;
  void answers_left();
  void finish_request();
  void await_end();
  void linger_is_over();
  void throw_away(std::size_t bytes);

  // Deadlines.
  void expired() noexcept override;
  void watch_writing();
  void read_deadline_passed();
  void set_read_deadline(base::Duration length);
  void arm_for(base::Instant deadline);

  /// Runs `step`; when memory runs out in it, the connection is given up. False then.
  template <class Step>
  bool with_memory(Step step) noexcept;
  void count_as_busy();
  void count_held() noexcept;
  void client_takes_nothing();
  void rest();
  void abort() { connection_->abort(); }
  void let_go_of_turn();

  ShardServices& shard_;
  Connection* connection_ = nullptr;
  net::Stream* stream_ = nullptr;
  Http1Request* turn_ = nullptr;       ///< of the request being read or answered
  Exchange* written_first_ = nullptr;  ///< exchanges whose answer is written and has not left
  Exchange* written_last_ = nullptr;
  std::string carry_;
  State state_ = State::Idle;
  bool is_busy_ = false;  ///< a request has begun; until then the connection waits for it
  bool content_wanted_ = false;
  bool owes_continue_ = false;
  bool request_complete_ = false;  ///< its content was read to the end
  bool request_broken_ = false;    ///< its content is malformed, too slow or cut short
  bool close_after_ = false;       ///< no request follows this answer
  bool peer_ended_ = false;
  bool reading_paused_ = false;
  std::uint32_t answers_unsent_ = 0;
  std::uint64_t discarded_bytes_ = 0;
  std::uint64_t held_bytes_ = 0;       ///< as it was counted last
  std::uint64_t announced_bytes_ = 0;  ///< of content that may still be thrown away while lingering
  Http1ResponseWriter writer_;
  base::Instant read_deadline_ = kNever;  ///< never while Idle or Exchanging
  base::Instant linger_end_ = kNever;
  RateMonitor body_rate_;
  WriteMonitor write_monitor_;
};

}  // namespace mastic::server
