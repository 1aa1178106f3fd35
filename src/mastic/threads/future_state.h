// The state that a future shares with its task or promise. For code that makes futures; to use one,
// include future.h.

#pragma once

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/threads/task_lost.h"

namespace mastic::threads {

/// What Future::cancel achieved.
enum class Cancel : std::uint8_t {
  Prevented,  ///< the task will not begin; its future is done, and `get` throws TaskLost
  Asked,      ///< the task is running and was asked to stop, if it takes a stop token
  TooLate,    ///< the task has ended
};

/// How far a task is.
enum class Progress : std::uint8_t {
  Pending,    ///< it has not begun
  Running,    ///< it has begun and has not ended
  Done,       ///< it has given its value
  Failed,     ///< it threw, or was lost for a reason other than a cancel
  Cancelled,  ///< it was cancelled before it began, or ended because it was asked to stop
};

/// Is called once, when a future is done. A watcher is a node of an intrusive list, so adding it
/// never allocates.
class FutureWatcher {
 public:
  /// Called on the thread that ends the task, with the state's lock held: the function has to be
  /// quick and must not touch another future.
  virtual void done() noexcept = 0;

 protected:
  FutureWatcher() = default;
  virtual ~FutureWatcher() = default;

 private:
  friend class FutureState;
  FutureWatcher* next_ = nullptr;
  FutureWatcher* previous_ = nullptr;
  bool is_watching_ = false;
};

/// Runs when a future is done, on the thread that ends the task, without a lock.
class FutureContinuation {
 public:
  /// Runs, and returns the continuations of its own result, or null. The caller runs these
  /// continuations next, so a chain of any length needs no more stack than one link.
  [[nodiscard]] virtual FutureContinuation* run() noexcept = 0;

 protected:
  virtual ~FutureContinuation() = default;

 private:
  friend class FutureState;
  FutureContinuation* after_ = nullptr;  ///< another continuation of the same result
};

template <class State>
class StateReference;

/// The state of a future without the value. References are counted: the future, the task and
/// watchers have one reference each.
///
///     Waiting ──begin()──► Running ──end()──► Done       the task is run
///        └──give_up(), lose()──► Running ──► Done        its function is dropped; the error is TaskLost
///
/// Invariants:
///
/// 1. The state never moves back. The thread that moves the state to Running also ends it.
/// 2. Value and error are written before the state is Done, and belong to the future afterwards.
/// 3. A pool's lock is taken inside the state's lock, never the other way round. So a thread that
///    sees Waiting under the state's lock knows that the pool still exists: a pool ends its tasks
///    before it is destroyed.
class FutureState {
 public:
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;

  // ---- for futures

  [[nodiscard]] bool is_done() const { return status() == Status::Done; }
  /// How far the task is. Requires: the error was not taken (`take_error`).
  [[nodiscard]] Progress progress() const;
  /// Waits until the task is done; may run the task itself (`help`).
  void wait();
  /// Waits until the task is done, at most until `end`. Returns whether the task is done.
  [[nodiscard]] bool wait_until(base::Instant end);
  /// Prevents the task from beginning, or asks it to stop if it has begun. A follower (`then`)
  /// passes the request on to the task that it follows.
  Cancel cancel();
  /// Calls `watcher` when the task is done. Returns false, and does not add the watcher, when the
  /// task is done already.
  [[nodiscard]] bool watch(FutureWatcher& watcher);
  /// Removes `watcher`. Returns false when the watcher was called already, or was never added.
  bool unwatch(FutureWatcher& watcher) noexcept;
  /// Runs `next` when the task is done; at once when the task is done already.
  void follow(FutureContinuation& next);
  /// Returns the exception of the task, which then counts as collected, or null. Several threads
  /// may call this function. Requires: the task is done.
  [[nodiscard]] std::exception_ptr collect_error() noexcept;
  /// Moves the exception out, or returns null. Requires: the task is done.
  [[nodiscard]] std::exception_ptr take_error() noexcept { return std::move(error_); }
  /// Notes that the value was moved from, or that destroying it is trivial.
  void value_taken() noexcept { is_taken_ = true; }
  /// Runs the task if it has not begun and the calling thread belongs to its pool. Returns whether
  /// the task is done. Throws NestedTooDeep (pool_task.h).
  bool help();

  // ---- for tasks and promises

  /// Moves the state to Running. Returns false when another thread has done so before.
  [[nodiscard]] bool begin() noexcept;
  /// Ends the task and runs its continuations. Requires: the caller began the task (`begin`), and
  /// has stored the value if there is no error.
  void end(std::exception_ptr error) noexcept;
  /// Ends the task as `end` does, for a thread that has nothing else to do afterwards. Sets
  /// `is_free` before any thread can see the result, provided that no continuation follows and
  /// another reference keeps the state alive: then all that the thread still has to do is to
  /// release its own reference.
  void end_last(std::exception_ptr error, std::atomic<bool>& is_free) noexcept;
  /// Ends a task that was not run to its end. Its error is TaskLost, or std::bad_alloc when there
  /// is no memory for a TaskLost.
  void end_lost(TaskLost::Why why, std::string_view detail) noexcept;
  /// If the task has not begun, ends it with TaskLost and returns true. Otherwise returns false.
  bool lose(TaskLost::Why why, std::string_view detail = {}) noexcept;
  /// Cancels a task whose deadline has passed.
  void expire() noexcept { (void)give_up(TaskLost::Why::Expired); }
  /// The name of the task. Read the name only before the task is done.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (let_go()) destroy();
  }
  /// The first half of `release`: gives up a reference. Returns true when it was the last one; then
  /// the caller has to call `destroy`.
  [[nodiscard]] bool let_go() noexcept {
    return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  void destroy() noexcept { delete this; }
  /// Whether destroying the state runs no destructor of the user's types, except that of a value
  /// that was moved from. Requires: let_go has returned true.
  [[nodiscard]] bool is_hollow() const {
    return error_ == nullptr ? is_taken_ : is_collected_.load(std::memory_order_relaxed);
  }

 protected:
  enum class Stoppable : std::uint8_t { No, Yes };
  FutureState(std::string name, Stoppable stoppable)
      : name_(std::move(name)),
        stop_(stoppable == Stoppable::Yes ? std::stop_source()
                                          : std::stop_source(std::nostopstate)) {}
  /// Reports an exception that was not collected.
  virtual ~FutureState();

  [[nodiscard]] std::mutex& mutex() { return mutex_; }
  [[nodiscard]] bool is_waiting() const { return status() == Status::Waiting; }
  /// Ends the task as `end` does, but returns the continuations, or null, for the caller to run.
  [[nodiscard]] FutureContinuation* tell(std::exception_ptr error,
                                         std::atomic<bool>* is_free = nullptr) noexcept;
  /// The state that this state follows (`then`); empty when it follows none, or when this state has
  /// ended.
  [[nodiscard]] virtual StateReference<FutureState> before();
  /// Whether a cancel of this state also concerns the state that it follows.
  [[nodiscard]] virtual bool cancels_before() const { return true; }
  /// Runs the task of this state if the calling thread belongs to its pool and the task has not
  /// begun. Returns whether the task was run.
  virtual bool help_here() { return false; }
  /// Takes the task out of the queue that would begin it. Called with the lock held, while the
  /// state is Waiting.
  virtual void withdraw() noexcept {}
  /// Destroys the function of a task that will not run.
  virtual void drop() noexcept {}
  /// Ends the task if it has not begun, or asks it to stop if it is running.
  [[nodiscard]] Cancel give_up(TaskLost::Why why) noexcept;
  /// Gives the task this name if it has no name. Requires: the caller began the task.
  void name_if_nameless(std::string_view name) noexcept;

 private:
  enum class Status : std::uint8_t { Waiting, Running, Done };
  [[nodiscard]] Status status() const { return status_.load(std::memory_order_acquire); }
  void set_status(Status status) { status_.store(status, std::memory_order_release); }
  [[nodiscard]] bool was_given_up() const;
  [[nodiscard]] StateReference<FutureState> first();
  [[nodiscard]] StateReference<FutureState> to_cancel();
  static void run_all(FutureContinuation* next) noexcept;

  std::atomic<std::uint32_t> references_{1};
  std::atomic<Status> status_{Status::Waiting};  ///< written with the mutex held
  std::atomic<bool> is_collected_{false};        ///< atomic because a future may be shared
  bool is_taken_ = false;
  std::uint32_t waiting_ = 0;  ///< how many threads are in `wait`
  std::mutex mutex_;
  std::condition_variable done_;
  FutureWatcher* watchers_ = nullptr;
  FutureContinuation* next_ = nullptr;  ///< a list; the continuation added last comes first
  std::exception_ptr error_;
  std::string name_;
  std::stop_source stop_;
};

/// The value of a Future<void>.
struct Unit {};

/// What the state of a Future<T> stores.
template <class T>
using FutureValue = std::conditional_t<std::is_void_v<T>, Unit, T>;

/// The state of a future with the value.
template <class T>
class FutureResult : public FutureState {
 public:
  static_assert(!std::is_reference_v<T>, "a task returns a value or a pointer, not a reference");
  static_assert(std::is_nothrow_destructible_v<FutureValue<T>>,
                "the destructor of a task's value must not throw");

  /// Stores what `function` returns.
  template <class F, class... Arguments>
  void store(F&& function, Arguments&&... arguments) {
    if constexpr (std::is_void_v<T>) {
      std::invoke(std::forward<F>(function), std::forward<Arguments>(arguments)...);
      value_.emplace();
    } else {
      value_.emplace(std::invoke(std::forward<F>(function), std::forward<Arguments>(arguments)...));
    }
  }
  /// The value. Requires: the task is done and has no error.
  [[nodiscard]] FutureValue<T>& value() { return *value_; }

 protected:
  using FutureState::FutureState;

 private:
  std::optional<FutureValue<T>> value_;
};

/// Owns a reference to a state.
template <class State>
class StateReference {
 public:
  StateReference() = default;
  /// Takes over a reference that was counted already.
  explicit StateReference(State* state) noexcept : state_(state) {}
  StateReference(const StateReference& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->add_reference();
  }
  /// Makes a reference to a base class.
  template <class Derived>
    requires std::derived_from<Derived, State>
  StateReference(const StateReference<Derived>& other) noexcept : state_(other.get()) {
    if (state_ != nullptr) state_->add_reference();
  }
  StateReference(StateReference&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  StateReference& operator=(StateReference other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~StateReference() {
    if (state_ != nullptr) state_->release();
  }

  [[nodiscard]] State* get() const { return state_; }
  State* operator->() const { return state_; }
  explicit operator bool() const { return state_ != nullptr; }

 private:
  State* state_ = nullptr;
};

/// Gives the indices of futures in the order in which they are done. Only one thread may use the
/// set.
class CompletionSet {
 public:
  explicit CompletionSet(std::vector<StateReference<FutureState>> states);
  ~CompletionSet();
  CompletionSet(const CompletionSet&) = delete;
  CompletionSet& operator=(const CompletionSet&) = delete;

  /// Waits until another future is done and returns its index. Returns nothing when all futures
  /// have been handed out.
  [[nodiscard]] std::optional<std::size_t> next();
  /// Waits like `next`, at most until `end`. Returns nothing when time has run out or all futures
  /// have been handed out.
  [[nodiscard]] std::optional<std::size_t> next_until(base::Instant end);
  /// How many futures have not been handed out. Only the thread that waits may ask.
  [[nodiscard]] std::size_t left() const { return states_.size() - handed_out_; }

 private:
  struct Watcher final : FutureWatcher {
    void done() noexcept override;
    CompletionSet* set = nullptr;
    std::size_t number = 0;
  };
  void add(std::size_t number) noexcept;
  void help();
  /// Whether there is no need to wait: another future is done, or all have been handed out.
  [[nodiscard]] bool has_next();
  [[nodiscard]] std::optional<std::size_t> hand_out();

  const std::vector<StateReference<FutureState>> states_;
  std::vector<Watcher> watchers_;
  std::size_t handed_out_ = 0;
  std::mutex mutex_;  ///< guards all members below
  std::condition_variable changed_;
  std::vector<std::size_t> done_;  ///< in order; the first `handed_out_` of them were handed out
};

}  // namespace mastic::threads
