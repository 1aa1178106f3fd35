// An exchange: one request and its answer, whatever protocol carries them.

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

/// Runs the application for one request, in jobs, and hands its answer to its sink between them.
///
/// 1. What `run` touches (request, tasks, response, finishers) is touched by nothing else while a
///    job is scheduled or running, perhaps on a thread that has lost the loop.
/// 2. What the loop tells it meanwhile is noted, and acted upon in `finish`.
/// 3. It is over when its answer has left (or is written, when nobody asked to hear of that) or its
///    sink has let go, and nothing of the application runs or waits any more. Then it is destroyed
///    and gives its page back: when the last frame of its own is left (Frame), never within one.
/// 4. While few threads stand by, its jobs run on the loop only when its route is trusted
///    (BlockingHistory), and else on threads that may block. One that waits for such a thread and
///    has not entered the application is answered 503 when there is no room, or after
///    queue_timeout.
/// 5. While its handler holds a thread that the loop has gone on without, it climbs a HangLadder.
///    Cancelled, it is sealed: its sink has let go, so what the handler still reads, writes or
///    answers fails or is dropped.
///
///     Handling ──answer──> Producing ──all given──> Written ──all sent──> Ended ──job──> Over
///         └──────────────────┴──────── abandoned ─────┴─────────────────────┘
///
/// Ended is passed over when nothing of the application is left to be told or destroyed.
class Exchange final : public async::Context,
                       public app::ExchangeContext,
                       public OrphanLinks,
                       private async::Timer,
                       private base::Activity {
 public:
  /// `page` is the memory that this exchange stands in: `destroy` is called with it at the end, to
  /// destroy the exchange and to give the page back.
  Exchange(ShardServices& shard, ResponseSink& sink, base::Arena& memory, std::byte* page,
           void (*destroy)(std::byte* page));
  ~Exchange() override;

  // ---- from the sink. After all_sent, abandon and cancel the exchange may be gone. ----

  /// The request is here. `content` is its content when that is here too; else it is pulled, and
  /// has `size` bytes when that is known. `first`: it runs before what waits already.
  void begin(const app::RequestFacts& facts, std::optional<std::string_view> content,
             std::optional<std::uint64_t> size, bool first);
  void content_arrived(std::string_view piece) { content_.arrived(piece); }
  void content_ended() noexcept { content_.ended(); }
  /// The content is malformed, cut short or too slow; whoever reads it is told. `reason` is a
  /// literal, for the client and the log.
  void content_failed(http::Status status, std::string_view reason) noexcept {
    content_.failed(status, reason);
  }
  /// So many bytes of content were written.
  void count_content(std::uint64_t bytes) { outcome_.content_bytes += bytes; }
  void room_again() noexcept;
  void all_sent() noexcept;
  /// The client sends no more, and perhaps left: stop tokens fire, awaits go on.
  void client_ended() noexcept;
  /// Its time is over: stop tokens fire, and it is about to be abandoned.
  void out_of_time() noexcept { fire_stop(app::StopReason::Deadline); }
  /// The connection is lost, or gives up; `unsent` bytes of what was written have not left. What
  /// the application awaits is cancelled, its answer is dropped, and the sink hears nothing more.
  void abandon(std::uint64_t unsent) noexcept;

  /// The same, and the sink answers in its place; nothing when it has let go already.
  void cancel() noexcept;
  /// What it keeps in memory while its answer has not left, and has not counted itself.
  [[nodiscard]] std::uint64_t held_bytes() { return PagePool::kPageBytes + memory().heap_bytes(); }
  /// Adds the request, as people see it.
  void report(base::LoopReport& report) const {
    ++report.requests_in_all;
    report.requests.push_back(this->report(ladder_.held()));
  }
  /// Its handler holds a thread that was written off: nobody waits for it.
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
  [[nodiscard]] std::uint64_t max_body_bytes() const override {
    return shard_.options().max_body_bytes;
  }
  void hold(std::uint64_t bytes) override;
  [[nodiscard]] bool is_debug() const override { return shard_.options().debug; }
  [[nodiscard]] std::span<const std::string> allowed_hosts() const override {
    return shard_.options().allowed_host;
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
  static constexpr base::Instant kAtTheEnd = kNever - base::Duration(1);  ///< of one that waits
  class Frame;
  class Inform;

  /// What `run` is to begin, besides resuming what is ready.
  enum class Step : std::uint8_t { None, Call, Produce, End };
  enum class Stage : std::uint8_t { Handling, Producing, Written, Ended, Over };

  /// The application has begun and not answered yet.
  [[nodiscard]] bool is_handling() const { return task_ && response_ == nullptr; }

  // In `run`.
  void run_step() noexcept;
  void run_where_it_may_block() noexcept;
  void collect_response() noexcept;
  void complete_response() noexcept;
  void collect_piece() noexcept;
  void pull_failed() noexcept;
  // On the loop.
  void schedule_step(Step step) noexcept;
  void respond() noexcept;
  void take_piece() noexcept;
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
  void expired() noexcept override;

  ShardServices& shard_;
  async::Elsewhere elsewhere_;
  ResponseSink* sink_;  ///< null once it has let go
  std::byte* page_;
  void (*destroy_)(std::byte*);
  Stage stage_ = Stage::Handling;
  std::uint8_t frames_ = 0;  ///< of its own that may end it, on the stack now
  Step step_ = Step::None;
  bool waits_for_room_ = false;
  RequestContent content_;
  HangLadder ladder_;
  base::Instant started_{};
  app::BlockingHistory* history_ = nullptr;  ///< of its route, once that was asked for
  app::BlockingHistory* struck_ = nullptr;   ///< what `run` is stuck in
  base::Instant busy_at_ = kNever;           ///< when it waits no longer for a thread to begin on
  app::Outcome outcome_;
  std::uint64_t held_bytes_ = 0;    ///< of content that was gathered, in ServerCounters
  std::uint64_t answer_bytes_ = 0;  ///< of its answer, in ServerCounters too
  bool refused_ = false;            ///< its handler was not entered: there was no memory for more

  std::optional<app::Request> request_;
  std::optional<app::Task<app::Response>> task_;
  app::Response* response_ = nullptr;  ///< what `task_` holds, once it is done
  std::optional<app::Task<std::optional<std::string_view>>> pull_;
  std::optional<std::string_view> piece_;  ///< pulled and not yet sent
  bool pulled_all_ = false;
  bool pull_failed_ = false;

  ExchangeStop stop_;
};

}  // namespace mastic::server
