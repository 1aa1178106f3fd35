#include "mastic/testing/memory_carrier.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/middleware/lint.h"
#include "mastic/testing/answer_reader.h"
#include "mastic/testing/call_at.h"
#include "mastic/testing/direct_call.h"
#include "mastic/testing/failure.h"
#include "mastic/testing/interleave.h"

namespace mastic::testing {
namespace {

// A task that has not ended after this many turns waits for an event that never comes.
constexpr int kMaxTurnsToEnd = 10'000;
// A wait with more turns would take minutes, and may never end.
constexpr int kMaxTurnsOfWait = 1'000'000;
// By the test's clock, which jumps from timer to timer.
constexpr base::Duration kLongestWait = std::chrono::hours(24);

/// The server's side of a connection; null before the server reads from it, and once it is closed.
MemoryStream* stream_of(ClientEnd& end) { return static_cast<MemoryPeer&>(end).stream; }

}  // namespace

MemoryCarrier::MemoryCarrier(app::App app, const server::Options& options)
    : options_(options),
      app_(app::wrap(middleware::Lint([this](std::string_view fault) {
                       const base::FailuresPaused paused;
                       faults_ += "\n  " + std::string(fault);
                     }),
                     std::move(app))),
      // There are no sockets, so how bytes would be transferred does not matter.
      loop_(loop::Loop::open(kernel_, loop::TransferKind::Syscall).value()),
      shard_(*loop_, app_, options_, log_, counters_) {
  kernel_.wait_for_threads([this] { return loop_->remote_operations(); });
  const base::ClockScope clock(kernel_);
  app_log_ = app_.lifecycle().connect(log_);
  const auto started = [this] {
    const base::FailuresResumed resumed;
    return app_.lifecycle().start();
  }();
  if (!started) throw detail::ServerFailed(started.error().message);
  for (const auto& task : app_.lifecycle().tasks()) shard_.run_in_background(task);
}

MemoryCarrier::~MemoryCarrier() {
  const base::FailuresPaused paused;
  is_ending_ = true;
  shard_.abort_all();
  shard_.stop_background();
  // Tasks are cancelled, not destroyed: each has to run until it ends.
  for (int i = 0; is_anything_left(); ++i) {
    MASTIC_ASSERT(i < kMaxTurnsToEnd, {"a task does not end although it was cancelled; turns", i});
    turn(std::chrono::hours(1));
  }
  (void)loop_->turn(base::Duration::zero());  // deletes the messages that streams have posted
  app_.lifecycle().stop([this](const std::string& fault) {
    log_.write({.level = base::Level::Error, .logger = "app", .message = fault});
  });
  // What a breach makes the server log may come after the call that has thrown it, and is no news.
  if (breach_was_thrown_) return;
  try {
    check_contract();
    check_errors();
  } catch (const std::logic_error& error) {
    report_failure(std::string("a client was destroyed: ") + error.what());
  }
}

ClientEnd& MemoryCarrier::connect() {
  const Inside inside(*this);
  const base::FailuresPaused paused;
  MemoryPeer& peer = *peers_.emplace_back(std::make_unique<MemoryPeer>());
  auto stream = std::make_unique<MemoryStream>(*loop_, peer);
  const base::FailuresResumed resumed;
  shard_.adopt(std::move(stream), endpoint_);
  return peer;
}

MemoryCarrier::Inside::Inside(MemoryCarrier& carrier) : carrier_(carrier), clock_(carrier.kernel_) {
  if (carrier.is_inside_) {
    throw std::logic_error(
        "the application calls the client of its own test, which waits for the application; give "
        "it another client, made of another application");
  }
  carrier.is_inside_ = true;
  if (!carrier.is_ending_) failures_.emplace();
}

void MemoryCarrier::deliver(ClientEnd& end, std::string_view bytes) {
  const Inside inside(*this);
  if (MemoryStream* const stream = stream_of(end)) stream->deliver(bytes);
}

void MemoryCarrier::leave(ClientEnd& end) {
  const Inside inside(*this);
  if (MemoryStream* const stream = stream_of(end)) stream->deliver_end();
}

void MemoryCarrier::reset(ClientEnd& end) {
  const Inside inside(*this);
  if (MemoryStream* const stream = stream_of(end)) stream->deliver_reset();
}

void MemoryCarrier::read_on(ClientEnd& end) {
  // The server learns in a later turn that everything was sent, as from a socket.
  if (MemoryStream* const stream = stream_of(end)) stream->peer_reads_again();
  end.reads = true;
  run_ready();
}

bool MemoryCarrier::run_until(const std::function<bool()>& done) {
  const base::ClockScope clock(kernel_);
  const base::Instant deadline = kernel_.monotonic_now() + kLongestWait;
  is_busy_ = false;
  // Whether the last turn has left nothing to do. Only then may the next one let time pass: what is
  // ready now may be what the test waits for.
  bool is_idle = false;
  for (int turns = 0; !done();) {
    check_contract();  // a breach may be the reason why nothing comes
    is_busy_ = turns >= kMaxTurnsOfWait;
    if (is_busy_ || kernel_.monotonic_now() >= deadline) return false;
    // While another client may still do something, time stands still.
    const bool others_wait = detail::script_waits();
    const bool may_time_pass = others_wait && is_idle;
    turn(may_time_pass ? std::chrono::hours(1) : base::Duration::zero());
    is_idle = !may_time_pass && !loop_->has_jobs();
    if (!is_idle || !others_wait) ++turns;  // the look before a wait is no turn of its own
  }
  detail::script_proceeds();
  return true;
}

void MemoryCarrier::run_ready() {
  constexpr int kTurns = 3;
  const base::ClockScope clock(kernel_);
  for (int i = 0; i < kTurns; ++i) turn(base::Duration::zero());
}

void MemoryCarrier::finish_exchanges() {
  constexpr int kMaxTurns = 20;  // many more than the end of an exchange takes
  const base::ClockScope clock(kernel_);
  for (int i = 0; i < kMaxTurns && (i == 0 || shard_.exchanges() > 0); ++i) {
    turn(base::Duration::zero());
  }
}

TestResponse MemoryCarrier::call(const TestRequest& request) {
  TestResponse response = answer_to(request);
  finish_exchanges();  // after the call has let go, or it would count as one that has not ended
  check_contract();
  return response;
}

TestResponse MemoryCarrier::answer_to(const TestRequest& request) {
  detail::pause_script();
  DirectCall* call = nullptr;
  {
    const Inside inside(*this);
    call = &DirectCall::begin(shard_.services(), request, endpoint_);
  }
  struct LetGo {
    DirectCall& call;
    ~LetGo() { call.let_go(); }
  } const end{*call};
  try {
    wait_for([&] { return call->has_ended(); }, "answer");
  } catch (const std::logic_error& error) {
    throw std::logic_error(error.what() + remedy_for_events(call->begun().fields));
  }
  return call->take();
}

void MemoryCarrier::pass(base::Duration time) {
  const base::ClockScope clock(kernel_);
  const base::Instant end = base::after(kernel_.monotonic_now(), time);
  while (kernel_.monotonic_now() < end) turn(end - kernel_.monotonic_now());
  turn(base::Duration::zero());  // runs what the last timer has made ready
}

void MemoryCarrier::drain(base::Duration in) {
  // A timer begins the drain, so that the drain can begin while a call runs the loop.
  loop_->arm(drain_, base::after(loop_->now(), in));
  // Otherwise it would begin only with the next call.
  if (in <= base::Duration::zero()) pass(std::chrono::milliseconds(1));
}

void MemoryCarrier::check_contract() {
  if (faults_.empty()) return;
  breach_was_thrown_ = true;
  throw std::logic_error("the application breaks its contract:" + std::exchange(faults_, {}));
}

const std::string& MemoryCarrier::authority() const {
  static const std::string kAuthority = "test.example";
  return kAuthority;
}

bool MemoryCarrier::is_anything_left() {
  return counters_.connections() > 0 || shard_.exchanges() > 0 || shard_.background_tasks() > 0;
}

void MemoryCarrier::turn(base::Duration most) {
  {
    const Inside inside(*this);
    (void)loop_->turn(until_next_read(most));
    for (const auto& peer : peers_) {
      if (peer->stream != nullptr)
        peer->stream->deliver({});  // what waits while reading was paused
      if (peer->stream != nullptr) read_slowly(*peer);
    }
  }
  for (const auto& peer : peers_) {
    leave_if_told(*peer);
    // A kernel answers what still comes to a closed socket with a reset.
    if (peer->has_left && peer->stream != nullptr && peer->stream->has_in_flight()) reset(*peer);
  }
  turn_has_ended();
}

base::Duration MemoryCarrier::until_next_read(base::Duration most) {
  const base::Instant now = kernel_.monotonic_now();
  for (const auto& peer : peers_) {
    if (peer->stream == nullptr || !peer->stream->has_in_flight()) continue;
    if (!peer->reads || peer->has_left) continue;
    most = std::min(most, std::max(base::Duration::zero(), peer->next_read - now));
  }
  return most;
}

void MemoryCarrier::read_slowly(MemoryPeer& peer) {
  const base::Instant now = kernel_.monotonic_now();
  if (!peer.stream->has_in_flight() || peer.has_left) return;
  if (!peer.reads || now < peer.next_read) return;
  const std::uint64_t until_it_leaves = peer.faults.leave_after_received - peer.came;
  peer.stream->take(static_cast<std::size_t>(
      std::min<std::uint64_t>(peer.faults.receive_bytes, until_it_leaves)));
  peer.next_read = now + peer.faults.receive_pause;
}

}  // namespace mastic::testing
