// An exchange: one request and its answer, whatever protocol carries them.

#pragma once

#include <atomic>
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
#include "mastic/loop/fire_stop.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {

class Exchange;

/// The connection, as its exchange sees it: a source of content and a sink for the answer. On the
/// loop.
class ExchangeOwner {
 public:
  /// The application waits for content: Exchange::content_arrived or its kin are to follow, now or
  /// later.
  virtual void content_wanted() noexcept = 0;
  /// It does so no more: Exchange::content_arrived is not to follow.
  virtual void content_unwanted() noexcept = 0;
  /// Without memory for it the connection is given up (abandon).
  virtual void send_interim(http::Status status, const http::Fields& fields) noexcept = 0;

  /// How an answer goes on. Gone: the owner has let go of the exchange, which may be no more.
  enum class Next { Nothing, Produce, Gone };
  /// Writes the head and what is at hand of the content. Produce: the content has to be pulled, and
  /// given to send_piece and end_content.
  [[nodiscard]] virtual Next respond(app::Response& response) noexcept = 0;
  /// Produce: more is wanted. Nothing: that was all that was promised.
  [[nodiscard]] virtual Next send_piece(std::string_view piece) noexcept = 0;
  /// All of it was given. Gone when that is less than was promised: the response was aborted.
  [[nodiscard]] virtual Next end_content() noexcept = 0;
  /// The content cannot be had whole: the client must not take it for that. The owner lets go.
  virtual void abort_response() noexcept = 0;
  /// False while the client is too far behind; Exchange::room_again follows.
  [[nodiscard]] virtual bool has_room() const noexcept = 0;
  /// The whole answer is written; Exchange::all_sent follows when it has left, or is not needed any
  /// more.
  virtual void response_written(Exchange& exchange) noexcept = 0;
  /// The application is not waited for any longer. Answers 503 in its place, or aborts an answer
  /// that `has_begun`, and lets go.
  virtual void exchange_cancelled(bool has_begun) noexcept = 0;

 protected:
  ~ExchangeOwner() = default;
};

/// Runs the application for one request, in jobs, and hands its answer to the owner between them.
///
/// 1. What `run` touches (request, tasks, response, finishers) is touched by nothing else while a
///    job is scheduled or running, perhaps on a thread that has lost the loop.
/// 2. What the loop tells it meanwhile is noted, and acted upon in `finish`.
/// 3. It is over when its answer has left (or is written, when nobody asked to hear of that) or its
///    owner has let go, and nothing of the application runs or waits any more. Then it gives its page
///    back.
/// 4. While few threads stand by, its jobs run on the loop only when its route is trusted (BlockingHistory), and
///    else on threads that may block. One that waits for such a thread and has not entered the
///    application is answered 503 when there is no room, or after queue_timeout.
/// 5. While its handler holds a thread that the loop has gone on without, it watches for how long
///    (Options::hung_after and what follows). Cancelled, it is sealed: its owner has let go, so what
///    the handler still reads, writes or answers fails or is dropped.
class Exchange final : public async::Context,
                       public app::ExchangeContext,
                       public OrphanLinks,
                       private async::Timer,
                       private base::Activity {
 public:
  /// `page` is the memory this exchange stands in; it is given back to the shard at the end, after
  /// `destroy` was called with it.
  Exchange(ShardServices& shard, ExchangeOwner& owner, base::Arena& memory, std::byte* page,
           void (*destroy)(std::byte* page));
  ~Exchange() override;

  // ---- from the owner ----

  /// The request is here. `content` is its content when that is here too; else it is pulled, and
  /// has `size` bytes when that is known. `first`: it runs before what waits already.
  void begin(const app::RequestFacts& facts, std::optional<std::string_view> content,
             std::optional<std::uint64_t> size, bool first);
  void content_arrived(std::string_view piece);
  void content_ended() noexcept;
  /// The content is malformed, cut short or too slow; whoever reads it is told. `reason` is a static
  /// text, for the client and the log.
  void content_failed(http::Status status, std::string_view reason) noexcept;
  /// So many bytes of content were written.
  void count_content(std::uint64_t bytes) { outcome_.content_bytes += bytes; }
  void room_again() noexcept;
  void all_sent() noexcept;
  /// The client sends no more, and perhaps left: stop tokens fire, awaits go on.
  void client_ended() noexcept;
  /// Its time is over: stop tokens fire, and it is about to be abandoned.
  void out_of_time() noexcept { fire_stop(app::StopReason::Deadline); }
  /// The connection is lost, or gives up; `unsent` bytes of what was written have not left. What
  /// the application awaits is cancelled, its answer is dropped, and the owner hears nothing more.
  void abandon(std::uint64_t unsent) noexcept;

  /// The same, and the owner answers in its place; nothing when it has let go already.
  void cancel() noexcept;
  /// What it keeps in memory while its answer has not left, and has not counted itself.
  [[nodiscard]] std::uint64_t held_bytes() { return PagePool::kPageBytes + memory().heap_bytes(); }
  /// Adds the request, as people see it.
  void report(base::LoopReport& report) const {
    ++report.requests_in_all;
    report.requests.push_back(this->report(absence()));
  }
  /// Its handler holds a thread that was written off: nobody waits for it.
  [[nodiscard]] bool is_lost() const { return concern_ == Concern::WrittenOff; }

  // ---- Context ----
  void run() noexcept override;
  void finish() noexcept override;
  void left_behind(int thread) noexcept override;
  [[nodiscard]] bool is_trusted() noexcept override;
  [[nodiscard]] bool run_elsewhere() noexcept override;

  // ---- ExchangeContext ----
  [[nodiscard]] base::Log& log() override { return shard_.log(); }
  [[nodiscard]] std::stop_token stop_token() override { return stop_.token(); }
  [[nodiscard]] std::optional<app::StopReason> stop_reason() const override;
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
  class Content;
  class ReadContent;
  struct ContentFault {
    http::Status status;
    std::string_view reason;
  };
  class Inform;

  static constexpr std::uint8_t kNotStopped = 0xff;
  /// What `run` is to begin, besides resuming what is ready.
  enum class Step : std::uint8_t { None, Call, Produce, End };
  enum class Stage : std::uint8_t { Handling, Producing, Written, Ended };
  /// What was done about a handler that holds its thread.
  enum class Concern : std::uint8_t { None, Logged, Cancelled, WrittenOff };

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
  void go_on(ExchangeOwner::Next next) noexcept;
  void fire_stop(app::StopReason reason) noexcept;
  // Where its jobs run.
  [[nodiscard]] app::BlockingHistory* history() noexcept;
  [[nodiscard]] bool withdraw() noexcept;
  void answer_busy() noexcept;
  // How long its handler holds a thread.
  struct Absence {
    int thread = 0;  ///< 0: it is not away
    base::Instant since{};
  };
  [[nodiscard]] Absence absence() const;
  [[nodiscard]] base::RequestReport report(const Absence& away) const;
  [[nodiscard]] base::Instant see_to(const Absence& away, base::Instant now) noexcept;
  template <class Word>
  void tell(Word word) noexcept;
  void watch_over() noexcept;
  void expired() noexcept override;

  ShardServices& shard_;
  async::Elsewhere elsewhere_;
  ExchangeOwner* owner_;  ///< none once it has let go
  std::byte* page_;
  void (*destroy_)(std::byte*);
  Stage stage_ = Stage::Handling;
  Step step_ = Step::None;
  bool waits_for_room_ = false;
  bool content_ended_ = false;
  std::optional<ContentFault> content_fault_;
  ReadContent* reading_ = nullptr;
  Concern concern_ = Concern::None;
  int left_on_ = 0;  ///< the thread that `run` is stuck on, when another drives the loop
  base::Instant started_{};
  base::Instant left_since_{};
  app::BlockingHistory* history_ = nullptr;  ///< of its route, once that was asked for
  app::BlockingHistory* struck_ = nullptr;   ///< what `run` is stuck in
  base::Instant busy_at_ = kNever;           ///< when it waits no longer for a thread to begin on
  base::Instant concerned_since_{};          ///< the absence that `concern_` is about
  std::atomic<int> elsewhere_on_{0};         ///< the thread that may block and runs its handler
  std::atomic<base::Instant> elsewhere_since_{};
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

  loop::LateStop stop_;
  std::atomic<std::uint8_t> stop_reason_{kNotStopped};  ///< the first
};

}  // namespace mastic::server
