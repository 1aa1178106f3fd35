#include "mastic/threads/future_state.h"

#include <algorithm>
#include <new>

#include "mastic/async/context.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {

// ---- for futures ----

FutureState::~FutureState() {
  if (error_ == nullptr || is_collected_.load(std::memory_order_relaxed) || was_given_up()) return;
  report_uncaught({UncaughtError::Place::Task, name_, error_});
}

/// Whether the error is only the consequence of a cancel. Code that cancels a task usually drops
/// its future, and wants no report that the task was cancelled.
bool FutureState::was_given_up() const {
  try {
    std::rethrow_exception(error_);
  } catch (const TaskLost& lost) {
    return lost.why() == TaskLost::Why::Cancelled;
  } catch (const async::Cancelled&) {
    return stop_.stop_requested();
  } catch (...) {
    return false;
  }
}

void FutureState::wait() {
  if (is_done() || help()) return;
  const BlockingScope blocking;
  std::unique_lock lock(mutex_);
  ++waiting_;
  done_.wait(lock, [this] { return is_done(); });
  --waiting_;
}

// Unlike `wait`, this does not help: the task might run for much longer than `end` allows.
bool FutureState::wait_until(base::Instant end) {
  if (is_done()) return true;
  const BlockingScope blocking;
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool is_in_time = done_.wait_until(lock, end, [this] { return is_done(); });
  --waiting_;
  return is_in_time;
}

Progress FutureState::progress() const {
  switch (status()) {
    case Status::Waiting:
      return Progress::Pending;
    case Status::Running:
      return Progress::Running;
    case Status::Done:
      break;
  }
  if (error_ == nullptr) return Progress::Done;
  return was_given_up() ? Progress::Cancelled : Progress::Failed;
}

StateReference<FutureState> FutureState::before() { return {}; }

/// The first state of the chain of `then` that this one belongs to. `help` works on the first
/// state, because a follower has no task of its own that could be run.
StateReference<FutureState> FutureState::first() {
  add_reference();
  StateReference<FutureState> at(this);
  while (StateReference<FutureState> before = at->before()) at = std::move(before);
  return at;
}

/// The state that a cancel works on: the first one of the chain, unless a shared future lies
/// between. Other code may wait for a shared future, so only what follows the shared future is
/// cancelled.
StateReference<FutureState> FutureState::to_cancel() {
  add_reference();
  StateReference<FutureState> at(this);
  while (at->cancels_before()) {
    StateReference<FutureState> before = at->before();
    if (!before) break;
    at = std::move(before);
  }
  return at;
}

bool FutureState::help() { return first()->help_here() && is_done(); }

Cancel FutureState::cancel() { return to_cancel()->give_up(TaskLost::Why::Cancelled); }

Cancel FutureState::give_up(TaskLost::Why why) noexcept {
  bool runs = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_done()) return Cancel::TooLate;
    runs = !is_waiting();
    if (!runs) {
      withdraw();
      set_status(Status::Running);
    }
  }
  // Without the lock from here: stop callbacks and destructors of the function are the user's code.
  if (runs) {
    stop_.request_stop();
    return Cancel::Asked;
  }
  drop();
  end_lost(why, {});
  return Cancel::Prevented;
}

bool FutureState::watch(FutureWatcher& watcher) {
  const std::lock_guard lock(mutex_);
  if (is_done()) return false;
  watcher.is_watching_ = true;
  watcher.previous_ = nullptr;
  watcher.next_ = watchers_;
  if (watchers_ != nullptr) watchers_->previous_ = &watcher;
  watchers_ = &watcher;
  return true;
}

bool FutureState::unwatch(FutureWatcher& watcher) noexcept {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(watcher.is_watching_, false)) return false;
  (watcher.previous_ == nullptr ? watchers_ : watcher.previous_->next_) = watcher.next_;
  if (watcher.next_ != nullptr) watcher.next_->previous_ = watcher.previous_;
  return true;
}

void FutureState::follow(FutureContinuation& next) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_done()) {
      next.after_ = std::exchange(next_, &next);
      return;
    }
  }
  run_all(&next);
}

std::exception_ptr FutureState::collect_error() noexcept {
  is_collected_.store(true, std::memory_order_relaxed);
  return error_;
}

// ---- for tasks and promises ----

bool FutureState::begin() noexcept {
  const std::lock_guard lock(mutex_);
  if (!is_waiting()) return false;
  set_status(Status::Running);
  return true;
}

void FutureState::end(std::exception_ptr error) noexcept { run_all(tell(std::move(error))); }

void FutureState::end_last(std::exception_ptr error, std::atomic<bool>& is_free) noexcept {
  run_all(tell(std::move(error), &is_free));
}

/// Runs continuations, and those that follow them. A loop, not recursion: chains of `then` may have
/// any length.
void FutureState::run_all(FutureContinuation* next) noexcept {
  while (next != nullptr) {
    FutureContinuation* const others = std::exchange(next->after_, nullptr);
    FutureContinuation* followers = next->run();  // `next` may be gone afterwards
    next = followers != nullptr ? followers : others;
    if (followers == nullptr || others == nullptr) continue;
    while (followers->after_ != nullptr) followers = followers->after_;
    followers->after_ = others;
  }
}

FutureContinuation* FutureState::tell(std::exception_ptr error,
                                      std::atomic<bool>* is_free) noexcept {
  FutureContinuation* next = nullptr;
  bool call = false;
  {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    // The caller's thread is free after this only if no continuation follows and the state does not
    // die with the caller's reference. The thread has to say so before the state is Done: the
    // thread that sees the result may submit the next task at once, and a new thread would be
    // started for that task.
    const bool is_kept = references_.load(std::memory_order_relaxed) > 1;
    if (is_free != nullptr && next_ == nullptr && is_kept) is_free->store(true);
    set_status(Status::Done);
    while (watchers_ != nullptr) {
      FutureWatcher& watcher = *std::exchange(watchers_, watchers_->next_);
      watcher.is_watching_ = false;
      watcher.done();  // the watcher may be destroyed by now
    }
    next = std::exchange(next_, nullptr);
    call = waiting_ > 0;
  }
  // Notify only when threads wait: a notification costs a call, and most results come before any
  // thread waits. Notify without the lock, so that a woken thread can take the lock at once; the
  // caller's reference keeps this state alive.
  if (call) done_.notify_all();
  // Reverse the list: the continuation that was added first runs first.
  FutureContinuation* in_order = nullptr;
  while (next != nullptr) {
    FutureContinuation* const rest = std::exchange(next->after_, in_order);
    in_order = std::exchange(next, rest);
  }
  return in_order;
}

bool FutureState::lose(TaskLost::Why why, std::string_view detail) noexcept {
  if (!begin()) return false;
  drop();
  end_lost(why, detail);
  return true;
}

void FutureState::end_lost(TaskLost::Why why, std::string_view detail) noexcept {
  std::exception_ptr error;
  try {
    error = std::make_exception_ptr(TaskLost(why, name_, detail));
  } catch (...) {  // no memory for the words: this error is the result
    error = std::current_exception();
  }
  end(std::move(error));
}

void FutureState::name_if_nameless(std::string_view name) noexcept try {
  if (name_.empty()) name_ = name;
} catch (const std::bad_alloc&) {  // the name is for messages only
}

// ---- CompletionSet ----

CompletionSet::CompletionSet(std::vector<StateReference<FutureState>> states)
    : states_(std::move(states)), watchers_(states_.size()) {
  done_.reserve(states_.size());  // so that a watcher, which must not throw, never allocates
  for (std::size_t i = 0; i < states_.size(); ++i) {
    watchers_[i].set = this;
    watchers_[i].number = i;
    if (!states_[i]->watch(watchers_[i])) add(i);
  }
}

CompletionSet::~CompletionSet() {
  for (std::size_t i = 0; i < states_.size(); ++i) states_[i]->unwatch(watchers_[i]);
}

void CompletionSet::Watcher::done() noexcept { set->add(number); }

void CompletionSet::add(std::size_t number) noexcept {
  const std::lock_guard lock(mutex_);
  done_.push_back(number);
  changed_.notify_one();
}

/// Runs one of the tasks if the calling thread belongs to its pool: on such a thread, waiting could
/// last forever.
void CompletionSet::help() {
  std::ranges::any_of(states_, [](const auto& state) { return state->help(); });
}

bool CompletionSet::has_next() {
  const std::lock_guard lock(mutex_);
  return done_.size() > handed_out_ || handed_out_ == states_.size();
}

std::optional<std::size_t> CompletionSet::hand_out() {
  const std::lock_guard lock(mutex_);
  if (done_.size() == handed_out_) return std::nullopt;
  return done_[handed_out_++];
}

std::optional<std::size_t> CompletionSet::next() {
  if (!has_next()) help();
  if (!has_next()) {
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_.size() > handed_out_; });
  }
  return hand_out();
}

std::optional<std::size_t> CompletionSet::next_until(base::Instant end) {
  if (!has_next()) {
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, end, [this] { return done_.size() > handed_out_; });
  }
  return hand_out();
}

}  // namespace mastic::threads
