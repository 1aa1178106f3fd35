// An exchange: one request and its answer, independent of the protocol that carries them.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "mastic/app/app.h"
#include "mastic/app/exchange_context.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/async/context.h"
#include "mastic/async/elsewhere.h"
#include "mastic/async/timer.h"
#include "mastic/base/activity.h"
#include "mastic/base/arena.h"
#include "mastic/server/exchange_stop.h"
#include "mastic/server/hang_ladder.h"
#include "mastic/server/request_content.h"
#include "mastic/server/response_sink.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {

/// Runs the application for one request, in jobs, and passes the answer to the sink between these
/// jobs.
///
/// 1. While a job is scheduled or running, perhaps on a thread that has lost the loop, only `run`
///    touches the request, the tasks, the response and the finishers.
/// 2. Events that arrive meanwhile on the loop are noted, and handled in `finish`.
/// 3. The exchange is over when nothing of the application runs or waits any more, and one of these
///    is true: the answer has left; the answer is written and nothing waits for it to leave; the
///    sink has let go. Then the exchange is destroyed and gives its page back, as soon as the last
///    of its own functions on the stack returns (Frame).
/// 4. While too few threads stand by, the jobs of an exchange run on the loop only if the route is
///    trusted (BlockingHistory), and otherwise on threads that may block. If a request has not
///    entered the application, it is answered with 503 when the queue for these threads is full, or
///    after it has waited for queue_timeout.
/// 5. While the handler holds a thread, and the loop continues on another thread, the steps of
///    HangLadder are taken. Once an exchange is cancelled, its sink has let go: what the handler
///    still reads or writes fails, and its answer is dropped.
///
/// 6. The head of content that is produced waits for the first piece. Until then the answer can still
///    be an error (pull_failed), so the stage is Handling. The head of an event stream waits only
///    until the source first waits for something, and that of a client that has not sent its content
///    yet until the content is wanted (send_held_head).
///
///     Handling ──answer──> Producing ──all written──> Written ──all sent──> Ended ──job──> Over
///         └──────────────────┴──────── abandoned ───────┴─────────────────────┘
///
/// Ended is skipped when there are no finishers to call and no values of the application to
/// destroy.
class Exchange final : public async::Context,
                       public app::ExchangeContext,
                       public OrphanLinks,
                       private async::Timer,
                       private base::Activity {
 public:
  /// `page` is the memory in which this exchange lives. At the end, `destroy` is called with
  /// `page`, to destroy the exchange and to give the page back.
  Exchange(ShardServices& shard, ResponseSink& sink, base::Arena& memory, std::byte* page,
           void (*destroy)(std::byte* page));
  ~Exchange() override;

  // ---- called by the sink. all_sent, abandon and cancel may destroy the exchange. ----

  /// Begins to run the application for a request. `content` is the whole content if it has arrived;
  /// otherwise the content is pulled, and `size` is its size if the size is known. With `first`,
  /// the job runs before the jobs that are waiting.
  void begin(const app::RequestFacts& facts, std::optional<std::string_view> content,
             std::optional<std::uint64_t> size, bool first);
  /// Passes a piece of content, which is copied. Requires: content_wanted was called.
  void content_arrived(std::string_view piece) { content_.arrived(piece); }
  /// Says that the content is complete. `trailers`, its trailer fields, must outlive the exchange.
  void content_ended(http::FieldsView trailers) noexcept { content_.ended(trailers); }
  /// Says that the content is malformed, cut short or too slow; the reader of the content gets an
  /// exception. `reason` is a literal, for the client and the log.
  void content_failed(http::Status status, std::string_view reason) noexcept {
    content_.failed(status, reason);
  }
  /// Counts bytes of content that were written.
  void count_content(std::uint64_t bytes) { outcome_.content_bytes += bytes; }
  /// Sends the head of an answer now, if it waits for the first piece of its content.
  void send_held_head() noexcept;
  /// Says that written bytes have left: production of the answer continues if there is room.
  void room_again() noexcept;
  /// Says that the whole answer has left.
  void all_sent() noexcept;
  /// Says that the client has ended its side, and may have left. Stop tokens fire; awaits are not
  /// cancelled, except those of endless content, which ends.
  void client_ended() noexcept;
  /// Says that the shard begins to drain. Endless content ends soon: each exchange waits for a time
  /// of its own within the first half of drain_timeout, so that not all clients come back at once.
  void drain_began() noexcept;
  /// Says that a deadline has passed. Stop tokens fire, with the deadline as their reason;
  /// `abandon` follows.
  void out_of_time() noexcept { fire_stop(app::StopReason::Deadline); }
  /// Says that the connection is lost or gives up, with `unsent` written bytes that have not left.
  /// What the application awaits is cancelled, its answer is dropped, and the sink is not called
  /// any more.
  void abandon(std::uint64_t unsent) noexcept;

  /// Cancels the request: has the sink answer in the application's place and let go. Does nothing
  /// if the sink has let go already.
  void cancel() noexcept;
  /// How many bytes of memory the exchange keeps until its answer has left, except the bytes that
  /// the exchange counts in ServerCounters itself.
  [[nodiscard]] std::uint64_t held_bytes() { return PagePool::kPageBytes + memory().heap_bytes(); }
  /// Adds the request to `report`.
  void report(base::LoopReport& report) const {
    ++report.requests_in_all;
    report.requests.push_back(this->report(ladder_.held()));
  }
  /// Whether the handler holds a thread that was written off. The drain does not wait for such an
  /// exchange.
  [[nodiscard]] bool is_lost() const { return ladder_.last() == HangLadder::Step::WrittenOff; }

  // ---- Context ----
  void run() noexcept override;
  void finish() noexcept override;
  void left_behind(int thread) noexcept override;
  [[nodiscard]] bool is_trusted() noexcept override;
  [[nodiscard]] bool run_elsewhere() noexcept override;

  // ---- ExchangeContext ----
  [[nodiscard]] base::Log& log() override { return shard_.log(); }
  [[nodiscard]] std::stop_token stop_token() override { return stop_.token(); }
  [[nodiscard]] std::optional<app::StopReason> stop_reason() const override {
    return stop_.reason();
  }
  [[nodiscard]] app::DrainSignal& drain_signal() override { return shard_.drain_signal(); }
  [[nodiscard]] async::Task<> inform(http::Status status, http::Fields fields) override;
  [[nodiscard]] http::FieldsView trailers() const override { return content_.trailers(); }
  [[nodiscard]] std::uint64_t max_body_bytes() const override {
    return shard_.options().max_body_bytes;
  }
  [[nodiscard]] const app::UploadOptions* upload_options() const override {
    return &shard_.options().uploads;
  }
  void hold(std::uint64_t bytes) override;
  [[nodiscard]] bool may_warn() noexcept override {
    return shard_.counters().may_log(shard_.loop().kernel().monotonic_now());
  }
  [[nodiscard]] bool is_debug() const override { return shard_.options().debug; }
  [[nodiscard]] std::span<const std::string> allowed_hosts() const override {
    return shard_.options().allowed_host;
  }
  [[nodiscard]] const websocket::Options* websocket_options() const override {
    return &shard_.options().websocket;
  }
  [[nodiscard]] base::ServerStatus* server_status() override { return shard_.server_status(); }
  void runs_elsewhere(bool begins) noexcept override;
  [[nodiscard]] base::Duration queue_timeout() const override {
    return shard_.options().queue_timeout;
  }

 private:
  // Activity.
  void describe(base::ActivityReport& report) const noexcept override;

  static constexpr base::Instant kNever = base::Instant::max();
  /// The latest value of busy_at_, so that busy_at_ never equals kNever while the request waits.
  static constexpr base::Instant kAtTheEnd = kNever - base::Duration(1);
  class Frame;
  class Inform;

  /// What `run` begins, besides resuming tasks that are ready.
  enum class Step : std::uint8_t { None, Call, Produce, End };
  enum class Stage : std::uint8_t { Handling, Producing, Written, Ended, Over };

  /// Content without an end, which the exchange keeps going and ends.
  struct Endless {
    const app::Endless* content;
    base::Instant last_piece;        ///< when a piece was last sent
    base::Instant ends_at = kNever;  ///< when to end the content
  };

  /// Whether the application has begun and not answered yet.
  [[nodiscard]] bool is_handling() const { return task_ && response_ == nullptr; }

  // In `run`.
  void run_step() noexcept;
  void run_where_it_may_block() noexcept;
  void collect_response() noexcept;
  void collect_piece() noexcept;
  void pull_failed() noexcept;
  // On the loop.
  void schedule_step(Step step) noexcept;
  void respond() noexcept;
  void respond_with_produced() noexcept;
  [[nodiscard]] bool may_have_content() const noexcept;
  [[nodiscard]] ResponseSink::Next send_head() noexcept;
  [[nodiscard]] bool is_event_stream() const noexcept;
  void take_piece() noexcept;
  [[nodiscard]] ResponseSink::Next end_content() noexcept;
  [[nodiscard]] bool has_room() const noexcept;
  [[nodiscard]] ResponseSink::Next begin_endless() noexcept;
  void end_endless() noexcept;
  void keep_going(base::Instant now) noexcept;
  [[nodiscard]] base::Instant next_heartbeat() const noexcept;
  void count_answer() noexcept;
  void report_rejection() noexcept;
  void written() noexcept;
  void end() noexcept;
  void release() noexcept;
  void go_on(ResponseSink::Next next) noexcept;
  void fire_stop(app::StopReason reason) noexcept { stop_.fire(reason, shard_.loop()); }
  // Where its jobs run.
  [[nodiscard]] app::BlockingHistory* history() noexcept;
  [[nodiscard]] bool withdraw() noexcept;
  void answer_busy() noexcept;
  // While its handler holds a thread.
  [[nodiscard]] base::RequestReport report(const HangLadder::Held& held) const;
  [[nodiscard]] base::Instant climb(const HangLadder::Held& held, base::Instant now) noexcept;
  [[nodiscard]] bool take_step(HangLadder::Step step, const HangLadder::Held& held) noexcept;
  void watch_over() noexcept;
  void arm_for(base::Instant when) noexcept;
  void expired() noexcept override;

  ShardServices& shard_;
  async::Elsewhere elsewhere_;
  ResponseSink* sink_;  ///< null when the sink has let go
  std::byte* page_;
  void (*destroy_)(std::byte*);
  Stage stage_ = Stage::Handling;
  std::uint8_t frames_ = 0;  ///< Frame objects that exist now
  Step step_ = Step::None;
  bool waits_for_room_ = false;
  bool has_asked_ = false;  ///< for the first piece of its answer
  RequestContent content_;
  HangLadder ladder_;
  base::Instant started_{};
  app::BlockingHistory* history_ = nullptr;  ///< history of its route, after `history` was called
  app::BlockingHistory* struck_ = nullptr;   ///< history of the code in which `run` is stuck
  base::Instant busy_at_ = kNever;           ///< when to stop waiting for a thread, and answer 503
  app::Outcome outcome_;
  std::uint64_t held_bytes_ = 0;    ///< gathered content, as counted in ServerCounters
  std::uint64_t answer_bytes_ = 0;  ///< its answer, as counted in ServerCounters
  bool refused_ = false;            ///< max_inflight_bytes was reached: the handler was not called

  std::optional<app::Request> request_;
  std::optional<app::Task<app::Response>> task_;
  app::Response* response_ = nullptr;  ///< the result of `task_`, when it is done
  std::optional<app::Task<std::optional<std::string_view>>> pull_;
  std::optional<std::string_view> piece_;  ///< pulled and not yet passed to the sink
  bool pull_failed_ = false;
  bool is_ending_ = false;          ///< its endless content is being ended
  std::optional<Endless> endless_;  ///< while endless content is produced

  ExchangeStop stop_;
};

}  // namespace mastic::server
