// What a future shares with the task or the promise that it is of. For those who make futures;
// whoever has one includes future.h.

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

/// What Future::cancel came to.
enum class Cancel : std::uint8_t {
  Prevented,  ///< the task will not begin; its future is done, and `get` throws TaskLost
  Asked,      ///< it runs; it was asked to stop through its stop token, if it takes one
  TooLate,    ///< it has ended
};

/// Is told once that a future is done. Intrusive.
class FutureWatcher {
 public:
  /// On the thread that ends the task, under a lock: to be brief, and to enter no other future.
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

/// Follows a future: runs when that is done, on the thread that ends the task, without a lock.
class FutureContinuation {
 public:
  /// Returns what follows it in turn, or null: whoever runs it runs that next, so that a chain of
  /// any length needs no more stack than one of them.
  [[nodiscard]] virtual FutureContinuation* run() noexcept = 0;

 protected:
  virtual ~FutureContinuation() = default;
};

template <class State>
class StateReference;

/// The state without the value. Counted by references: of the future, of the task, of watchers.
///
/// Invariants:
///  1. It goes from Waiting to Running to Done, and never back; Running also is what is being
///     dropped. Whoever moves it to Running ends it.
///  2. The value and the error are written before Done and belong to the future after it.
///  3. A lock of a pool is taken inside of the state's lock, never the other way round. So whoever
///     sees Waiting under the lock knows that the pool is there: to end, the pool ends its tasks.
class FutureState {
 public:
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;

  // ---- for futures

  [[nodiscard]] bool is_done() const { return status() == Status::Done; }
  void wait();
  /// The same until `end` at the longest; says whether it is done.
  [[nodiscard]] bool wait_until(base::Instant end);
  Cancel cancel();
  /// False when it is done: then `watcher` is not told.
  [[nodiscard]] bool watch(FutureWatcher& watcher);
  /// False when `watcher` was told, or never watched.
  bool unwatch(FutureWatcher& watcher) noexcept;
  /// Runs `next` when it is done, or at once.
  void follow(FutureContinuation& next);
  /// What the task threw, or null; it counts as collected. Requires: done.
  [[nodiscard]] std::exception_ptr collect_error() noexcept;
  /// The same, and the state keeps no reference to it.
  [[nodiscard]] std::exception_ptr take_error() noexcept { return std::move(error_); }
  /// The value was moved out of it, or takes nothing to destroy.
  void value_taken() noexcept { is_taken_ = true; }
  /// If the calling thread is one that could run the task which waits, does so; says whether it is
  /// done then. Throws NestedTooDeep (pool_task.h).
  bool help();

  // ---- for tasks and promises

  /// Moves it to Running, unless somebody did that before.
  [[nodiscard]] bool begin() noexcept;
  /// Ends it, and runs what follows it. Requires: the caller began it, and has stored the value if
  /// there is no error.
  void end(std::exception_ptr error) noexcept;
  /// The same at the end of what its thread does. Sets `is_free` before anybody is told, if all that
  /// is left to do then is to let go of it, and whoever waits keeps it.
  void end_last(std::exception_ptr error, std::atomic<bool>& is_free) noexcept;
  /// The same for a task that was not run to its end.
  void end_lost(TaskLost::Why why, std::string_view detail) noexcept;
  /// Ends a task that has not begun, if it still has not; says whether.
  bool lose(TaskLost::Why why, std::string_view detail = {}) noexcept;
  /// As cancel, for a task that is late.
  void expire() noexcept { (void)give_up(TaskLost::Why::Expired); }
  /// To be read until it is done.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (let_go()) destroy();
  }
  /// The two halves of it. True when it was the last reference: then `destroy` is the caller's.
  [[nodiscard]] bool let_go() noexcept {
    return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  void destroy() noexcept { delete this; }
  /// After let_go: whether nothing of a user's goes with it but what was moved from.
  [[nodiscard]] bool is_hollow() const { return error_ == nullptr ? is_taken_ : is_collected_; }

 protected:
  enum class Stoppable : std::uint8_t { No, Yes };
  FutureState(std::string name, Stoppable stoppable)
      : name_(std::move(name)),
        stop_(stoppable == Stoppable::Yes ? std::stop_source()
                                          : std::stop_source(std::nostopstate)) {}
  /// Reports an error that nobody collected.
  virtual ~FutureState();

  [[nodiscard]] std::mutex& mutex() { return mutex_; }
  [[nodiscard]] bool is_waiting() const { return status() == Status::Waiting; }
  /// As `end`, but leaves what follows to the caller; null when nothing does.
  [[nodiscard]] FutureContinuation* tell(std::exception_ptr error,
                                         std::atomic<bool>* is_free = nullptr) noexcept;
  /// What it follows; nothing when it follows nothing, or has ended.
  [[nodiscard]] virtual StateReference<FutureState> before();
  /// Runs the task of this very state, if the calling thread could; says whether.
  virtual bool help_here() { return false; }
  /// Under the lock, while it is Waiting: takes it out of whatever would begin it.
  virtual void withdraw() noexcept {}
  /// Of a task that will not run: destroys its function.
  virtual void drop() noexcept {}
  [[nodiscard]] Cancel give_up(TaskLost::Why why) noexcept;
  /// Names a task after its pool. Requires: the caller began it.
  void name_if_nameless(std::string_view name);

 private:
  enum class Status : std::uint8_t { Waiting, Running, Done };
  [[nodiscard]] Status status() const { return status_.load(std::memory_order_acquire); }
  void set_status(Status status) { status_.store(status, std::memory_order_release); }
  [[nodiscard]] bool was_given_up() const;
  [[nodiscard]] StateReference<FutureState> first();

  std::atomic<std::uint32_t> references_{1};
  std::atomic<Status> status_{Status::Waiting};  ///< written under the lock
  bool is_collected_ = false;
  bool is_taken_ = false;
  std::uint32_t waiting_ = 0;  ///< threads in `wait`
  std::mutex mutex_;
  std::condition_variable done_;
  FutureWatcher* watchers_ = nullptr;
  FutureContinuation* next_ = nullptr;
  std::exception_ptr error_;
  std::string name_;
  std::stop_source stop_;
};

/// The value of a Future<void>.
struct Unit {};

template <class T>
using FutureValue = std::conditional_t<std::is_void_v<T>, Unit, T>;

/// The state with room for the value.
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
  /// Requires: done, without an error.
  [[nodiscard]] FutureValue<T>& value() { return *value_; }

 protected:
  using FutureState::FutureState;

 private:
  std::optional<FutureValue<T>> value_;
};

/// Holds a reference to a state.
template <class State>
class StateReference {
 public:
  StateReference() = default;
  /// Takes over a reference that somebody had.
  explicit StateReference(State* state) noexcept : state_(state) {}
  StateReference(const StateReference& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->add_reference();
  }
  /// A reference to what it derives from.
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

/// Hands out the numbers of futures in the order in which they are done. For one thread.
class CompletionSet {
 public:
  explicit CompletionSet(std::vector<StateReference<FutureState>> states);
  ~CompletionSet();
  CompletionSet(const CompletionSet&) = delete;
  CompletionSet& operator=(const CompletionSet&) = delete;

  /// Waits for the next; none when all were handed out.
  [[nodiscard]] std::optional<std::size_t> next();
  /// None also when `longest` has passed.
  [[nodiscard]] std::optional<std::size_t> next_for(base::Duration longest);

 private:
  struct Watcher final : FutureWatcher {
    void done() noexcept override;
    CompletionSet* set = nullptr;
    std::size_t number = 0;
  };
  void add(std::size_t number) noexcept;
  void help();
  /// Whether there is one to hand out, or none at all.
  [[nodiscard]] bool has_next();
  [[nodiscard]] std::optional<std::size_t> hand_out();

  const std::vector<StateReference<FutureState>> states_;
  std::vector<Watcher> watchers_;
  std::size_t handed_out_ = 0;
  std::mutex mutex_;  ///< of all below
  std::condition_variable changed_;
  std::vector<std::size_t> done_;  ///< in their order; the first `handed_out_` were handed out
};

}  // namespace mastic::threads
