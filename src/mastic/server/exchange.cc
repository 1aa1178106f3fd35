#include "mastic/server/exchange.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "mastic/app/answer_completion.h"
#include "mastic/app/error_response.h"
#include "mastic/app/http_error.h"
#include "mastic/app/secrets.h"

namespace mastic::server {

using app::Task;
using http::Status;

namespace {

/// The least time between two looks at a handler, when a write-off has to be tried again.
constexpr base::Duration kLookAgain = std::chrono::milliseconds(10);
constexpr std::string_view kFull = "The server has no memory left for this request at the moment.";

/// The answer to a request that arrives while max_inflight_bytes is reached.
app::Response refuse_as_full(app::Request& request) noexcept {
  app::Response response = app::error_response(request, Status::ServiceUnavailable, kFull);
  try {
    response.set(http::RetryAfter{std::chrono::seconds(1)});
  } catch (const std::bad_alloc&) {  // then without the field
  }
  return response;
}
/// The exception for a handler that gathers content while max_inflight_bytes is reached.
app::ContentError full() {
  app::ContentError error(Status::ServiceUnavailable, std::string(kFull));
  error.set("Retry-After", "1");
  return error;
}

}  // namespace

/// Delays the destruction of an exchange. Every function that may end an exchange has a Frame on
/// its stack: the loop or the sink calls the function, which may call the sink, which may call
/// back. The last Frame to be destroyed destroys the exchange, if the exchange is over. So no
/// function of an exchange continues after the exchange has been destroyed. The outermost caller
/// must not touch the exchange afterwards.
class Exchange::Frame {
 public:
  explicit Frame(Exchange& exchange) : exchange_(exchange) { ++exchange_.frames_; }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() {
    if (--exchange_.frames_ == 0 && exchange_.stage_ == Stage::Over) exchange_.release();
  }

 private:
  Exchange& exchange_;
};

/// Sends an interim response.
class Exchange::Inform final : public async::Operation {
 public:
  Inform(Exchange& exchange, Status status, const http::Fields& fields)
      : exchange_(exchange), status_(status), fields_(fields) {}
  void await_resume() const { finish_await(); }

 private:
  void start(async::Executor&) override {
    exchange_.sink_->send_interim(status_, fields_);
    if (exchange_.sink_ != nullptr) complete();  // otherwise cancelled with the connection
  }
  Cancel cancel() noexcept override { return Cancel::GivenUp; }

  Exchange& exchange_;
  Status status_;
  const http::Fields& fields_;
};

Exchange::Exchange(ShardServices& shard, ResponseSink& sink, base::Arena& memory, std::byte* page,
                   void (*destroy)(std::byte*))
    : Context(shard.loop()),
      ExchangeContext(*this, memory, shard.make_id()),
      shard_(shard),
      elsewhere_(*this, shard.loop()),
      sink_(&sink),
      page_(page),
      destroy_(destroy),
      content_(sink) {}

Exchange& OrphanList::cast(OrphanLinks& orphan) { return static_cast<Exchange&>(orphan); }

Exchange::~Exchange() {
  if (held_bytes_ + answer_bytes_ > 0) shard_.counters().release(held_bytes_ + answer_bytes_);
}

// ---- from the sink ----

void Exchange::begin(const app::RequestFacts& facts, std::optional<std::string_view> content,
                     std::optional<std::uint64_t> size, bool first) {
  started_ = shard_.loop().now();
  request_.emplace(facts, *this);
  if (!content) {
    request_->body() = content_.make_body(size, *this);
  } else if (!content->empty()) {
    request_->body() = app::Body::borrowed(*content);
  }
  step_ = Step::Call;
  first ? schedule_first() : schedule();
}

void Exchange::room_again() noexcept {
  if (!waits_for_room_ || !has_room()) return;
  waits_for_room_ = false;
  schedule_step(Step::Produce);
}

void Exchange::all_sent() noexcept {
  const Frame frame(*this);
  outcome_.complete = true;
  end();
}

void Exchange::client_ended() noexcept {
  const Frame frame(*this);
  fire_stop(app::StopReason::Disconnect);
  if (endless_) end_endless();
}

void Exchange::abandon(std::uint64_t unsent) noexcept {
  const Frame frame(*this);
  sink_ = nullptr;
  endless_.reset();
  content_.let_go();
  outcome_.content_bytes -= std::min(unsent, outcome_.content_bytes);
  fire_stop(shard_.is_aborting() ? app::StopReason::Shutdown : app::StopReason::Disconnect);
  stop();
  if (busy_at_ != kNever && withdraw()) finish_run();  // the job that waited will not run
  if (!is_scheduled() && !is_handling() && !pull_) return end();
  shard_.orphans().add(*this);
}

// ---- in jobs: user code; perhaps not on the thread that drives the loop ----

void Exchange::describe(base::ActivityReport& report) const noexcept {
  report.what.add(request_->method_text()).add(' ');
  app::add_without_secrets(report, request_->target());
  report.id.add(app::reference_id(id()));  // short enough to need no memory
  const auto [mount, pattern] = request_->route_parts();
  report.route.add(mount).add(pattern);
}

void Exchange::run() noexcept {
  const base::Activity::Scope doing(this);
  may_block() ? run_where_it_may_block() : run_step();
}

void Exchange::run_where_it_may_block() noexcept {
  runs_elsewhere(true);
  const base::Instant begun = ladder_.held().since;
  run_step();
  history_->took(shard_.loop().kernel().monotonic_now() - begun);
  runs_elsewhere(false);
}

void Exchange::run_step() noexcept {
  switch (std::exchange(step_, Step::None)) {
    case Step::None:
      break;
    case Step::Call: {
      refused_ = shard_.is_full();
      const auto call = [this] {
        return refused_ ? refuse_as_full(*request_) : shard_.app()(*request_);
      };
      task_.emplace(async::ElidedResult(call));
      task_->start(*this);
      break;
    }
    case Step::Produce:
      try {
        pull_.emplace(response_->body.next());
        pull_->start(*this);
      } catch (...) {
        pull_failed();
      }
      break;
    case Step::End:
      finishers().finish(outcome_);
      response_ = nullptr;
      task_.reset();
      drop_carried(*request_);
      break;
  }
  resume_ready();
  if (is_handling() && task_->is_done()) {
    if (!task_->holds_value()) collect_response();
    response_ = &task_->value();
    app::complete_answer(*request_, *response_);
  }
  if (pull_ && pull_->is_done()) collect_piece();
}

/// Moves the response out of its coroutine frame into `task_`, which frees the frame.
void Exchange::collect_response() noexcept {
  try {
    *task_ = task_->take();
  } catch (...) {  // an App does not throw, but moving a Response may
    *task_ = app::error_response(Status::InternalServerError);
  }
}

void Exchange::collect_piece() noexcept {
  try {
    piece_ = pull_->take();
  } catch (...) {
    pull_failed();
  }
  pull_.reset();
}

/// Answers the exception of a producer of content like one of a handler. Once the head has left, the
/// client cannot be told, and the exception is only logged. Requires: an exception is being handled.
void Exchange::pull_failed() noexcept {
  pull_failed_ = true;
  if (stop_requested()) return;
  try {
    app::Response error = app::respond_to_exception(*request_);
    if (stage_ != Stage::Handling) return;
    pull_.reset();  // before the source, which is destroyed with `error`
    *response_ = std::move(error);
    pull_failed_ = false;
  } catch (...) {  // an exception is answered in any case, but moving a Response may throw
    return;
  }
  app::complete_answer(*request_, *response_);
}

// ---- between jobs: on the loop ----

/// Called on the loop after each job. Decides from the state what comes next: wait for what the
/// application awaits, end, or give the sink the answer or the next piece.
void Exchange::finish() noexcept {
  const Frame frame(*this);
  ladder_.came_back();
  if (struck_ != nullptr) std::exchange(struck_, nullptr)->came_back();
  if (may_block()) set_may_block(false);
  busy_at_ = kNever;
  finish_run();
  if (stage_ == Stage::Ended) {
    stage_ = Stage::Over;
    return;
  }
  if (is_scheduled() || is_handling()) return watch_over();  // a job follows, or the handler waits
  if (pull_) {
    if (stage_ == Stage::Handling && is_event_stream()) send_held_head();
    return watch_over();
  }
  if (sink_ == nullptr) return end();
  if (stage_ == Stage::Handling) return respond();
  if (stage_ == Stage::Producing) return take_piece();
}

void Exchange::schedule_step(Step step) noexcept {
  step_ = step;
  schedule();
}

/// Called when nothing of the application runs or waits any more, and nothing more will be sent. If
/// finishers, values or owners of content remain, a last job calls the finishers and destroys the
/// rest, because all of these may block.
void Exchange::end() noexcept {
  if (stage_ >= Stage::Ended) return;
  const bool has_plain_answer =
      response_ == nullptr || (response_->body.is_plain() && response_->upgrade == nullptr);
  const bool is_plain = has_plain_answer && !(request_ && carries_anything(*request_));
  if (finishers().empty() && is_plain) {
    stage_ = Stage::Over;
    return;
  }
  stage_ = Stage::Ended;
  outcome_.duration = shard_.loop().kernel().monotonic_now() - started_;
  sink_ = nullptr;  // the sink has let go, or is about to
  shard_.orphans().add(*this);
  schedule_step(Step::End);
}

/// Destroys the exchange. Called by the last Frame only.
void Exchange::release() noexcept {
  shard_.orphans().remove(*this);
  destroy_(page_);
}

// ---- where its jobs run ----

/// Returns the history of the request's route, or null when there is no memory for it. Called while
/// a job may be running, so this function reads nothing that jobs change.
app::BlockingHistory* Exchange::history() noexcept {
  try {
    const app::RequestFacts& facts = request_->facts();
    if (history_ == nullptr) history_ = &shard_.app().history_of(facts, facts.path);
  } catch (const std::bad_alloc&) {  // the next call tries again
  }
  return history_;
}

bool Exchange::is_trusted() noexcept {
  const app::BlockingHistory* const history = this->history();
  return history != nullptr && history->is_trusted();
}

/// Called instead of `run` while too few threads stand by and the route is not trusted. Queues the
/// job for a worker. When the queue is full, a request that has not entered the application is
/// answered with 503, and a request that has entered it runs on the loop after all (returns false).
bool Exchange::run_elsewhere() noexcept {
  const Frame frame(*this);
  if (history_ == nullptr) return false;  // no memory for it, as is_trusted has found
  set_may_block(true);
  const bool is_new = step_ == Step::Call;
  if (is_new ? elsewhere_.submit() : elsewhere_.submit_begun()) {
    const Options& options = shard_.options();
    const base::Instant now = shard_.loop().now();
    if (is_new) busy_at_ = std::min(base::after(now, options.queue_timeout), kAtTheEnd);
    arm_for(base::after(now, std::min(options.queue_timeout, options.hung_after)));
    return true;
  }
  set_may_block(false);
  if (is_new) answer_busy();
  return is_new;
}

/// Withdraws a job that waits for a thread. Returns whether the job was withdrawn.
bool Exchange::withdraw() noexcept {
  busy_at_ = kNever;
  if (!elsewhere_.withdraw()) return false;
  set_may_block(false);
  step_ = Step::None;
  return true;
}

/// Answers 503 for the application, which has not been entered.
void Exchange::answer_busy() noexcept {
  step_ = Step::None;
  task_.emplace(app::busy_response(*request_));
  response_ = &task_->value();
  app::complete_answer(*request_, *response_);
  const app::RequestFacts& facts = request_->facts();
  shard_.refused({.client = facts.peer,
                  .status = response_->status,
                  .content_bytes = response_->body.size().value_or(0),
                  .method = facts.head.method_text,
                  .target = facts.head.target_text,
                  .version = facts.head.version});
  finish();
}

// ---- a handler that holds its thread ----

/// Called by the new driver when it finds that the previous driver is stuck in this exchange.
/// Blames the BlockingHistory of the innermost part that was entered, or else the history of the
/// route.
void Exchange::left_behind(int thread) noexcept {
  const base::Instant now = shard_.loop().now();
  ladder_.left_behind(thread, now);
  app::BlockingHistory* const inside = entered();
  struck_ = inside != nullptr ? inside : history();
  if (struck_ != nullptr) struck_->was_left_behind();
  arm_for(base::after(now, shard_.options().hung_after));
}

void Exchange::runs_elsewhere(bool begins) noexcept {
  base::Kernel& kernel = shard_.loop().kernel();
  begins ? ladder_.begins_elsewhere(kernel.gettid(), kernel.monotonic_now())
         : ladder_.ends_elsewhere();
}

/// Arms the timer that looks after a handler. A timer that is armed already is left as it is, which
/// makes this cheap for everything that waits.
void Exchange::watch_over() noexcept {
  if (is_armed()) return;
  arm_for(base::after(shard_.loop().now(), shard_.options().hung_after));
}

/// Everything that waits for a time shares one timer, which is armed for the first of these times or
/// earlier; `expired` looks at all of them and arms it again.
void Exchange::arm_for(base::Instant when) noexcept {
  if (!is_armed() || due() > when) shard_.loop().arm(*this, when);
}

void Exchange::expired() noexcept {
  const Frame frame(*this);
  const base::Instant now = shard_.loop().now();
  if (now >= busy_at_ && withdraw()) return answer_busy();
  if (endless_) keep_going(now);
  const HangLadder::Held held = ladder_.held();
  ladder_.look_at(held);
  base::Instant look = base::after(now, shard_.options().hung_after);
  if (held.thread != 0) look = std::min(look, climb(held, now));
  look = std::min(look, busy_at_);
  if (endless_) look = std::min({look, next_heartbeat(), endless_->ends_at});
  if (is_lost()) return shard_.check_settled();  // the drain no longer waits for this exchange
  shard_.loop().arm(*this, std::max(look, now + kLookAgain));
}

/// Takes the steps that are due, and returns when the next step will be due.
base::Instant Exchange::climb(const HangLadder::Held& held, base::Instant now) noexcept {
  const Options& options = shard_.options();
  auto step = ladder_.due(held, now, options);
  while (step != HangLadder::Step::None && take_step(step, held)) {
    ladder_.took(step);
    if (step == HangLadder::Step::Cancelled) cancel();
    step = ladder_.due(held, now, options);
  }
  return ladder_.next_due(held, options);
}

/// Has the HangPolicy take a step. Returns false when the step has to be tried again, which happens
/// only with a write-off. When there is no memory, a hang or a cancellation is not logged, but the
/// request is cancelled anyway.
bool Exchange::take_step(HangLadder::Step step, const HangLadder::Held& held) noexcept {
  HangPolicy* const policy = shard_.hang_policy();
  const bool must_succeed = step == HangLadder::Step::WrittenOff;
  if (policy == nullptr) return !must_succeed;
  try {
    if (must_succeed) return policy->write_off(report(held), held.since);
    step == HangLadder::Step::Logged ? policy->hangs(report(held))
                                     : policy->cancelled(report(held));
  } catch (const std::bad_alloc&) {  // no memory for a message
  }
  return !must_succeed;
}

void Exchange::cancel() noexcept {
  const Frame frame(*this);
  if (sink_ == nullptr) return;
  outcome_.status = Status::ServiceUnavailable;
  out_of_time();
  sink_->exchange_cancelled(stage_ != Stage::Handling);
}

base::RequestReport Exchange::report(const HangLadder::Held& held) const {
  const base::Instant now = shard_.loop().now();
  return {.id = id(),
          .method = std::string(request_->method_text()),
          .target = app::blank_secrets(request_->target()),
          .client = request_->peer().to_string(),
          .age = now - started_,
          .thread = held.thread,
          .thread_age = held.thread != 0 ? now - held.since : base::Duration::zero(),
          .cancelled = stop_requested()};
}

async::Task<> Exchange::inform(Status status, http::Fields fields) {
  if (!is_informational(status) || status == Status::Continue ||
      status == Status::SwitchingProtocols) {
    throw std::logic_error("an interim response must have a status from 102 to 199");
  }
  if (stage_ != Stage::Handling || has_asked_) {
    throw std::logic_error("the answer has begun already");
  }
  co_await Inform(*this, status, fields);
}

void Exchange::hold(std::uint64_t bytes) {
  if (!shard_.counters().hold(bytes, shard_.options().max_inflight_bytes)) {
    throw full();
  }
  held_bytes_ += bytes;
}

}  // namespace mastic::server
