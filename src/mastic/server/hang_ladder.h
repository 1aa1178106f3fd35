// Which step is due against a handler that holds its thread, and when.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/units.h"
#include "mastic/server/options.h"

namespace mastic::server {

/// The steps that are taken one after the other while a handler holds a thread:
///
///     None ──hung_after──> Logged ──cancel_after──> Cancelled ──+ abandon_after──> WrittenOff
///
/// The ladder knows how long the thread has been held and which step is due. The exchange takes the
/// step (by HangPolicy) and then calls `took`. Called on the loop, except where a member says
/// otherwise.
///
/// 1. A handler holds at most one thread: the previous driver of the loop, which another thread now
///    drives (left_behind), or a thread that may block (begins_elsewhere).
/// 2. Each step is taken once. When the thread has returned and another thread is held, the steps
///    begin again.
class HangLadder {
 public:
  enum class Step : std::uint8_t { None, Logged, Cancelled, WrittenOff };
  /// The thread that a handler holds.
  struct Held {
    int thread = 0;         ///< the kernel's thread id; 0: no thread is held
    base::Instant since{};  ///< when the handler began to hold the thread
  };

  /// Says that the handler is stuck on `thread`, which has lost the loop.
  void left_behind(int thread, base::Instant now) {
    left_on_ = thread;
    left_since_ = now;
  }
  /// Says that the handler has returned to the loop.
  void came_back() { left_on_ = 0; }
  /// Says that the handler begins to run on a thread that may block. Called on that thread.
  void begins_elsewhere(int thread, base::Instant now) {
    elsewhere_since_ = now;
    elsewhere_on_ = thread;
  }
  /// Says that the handler has ended on the thread that may block. Called on that thread.
  void ends_elsewhere() { elsewhere_on_ = 0; }

  /// The thread that the handler holds now.
  [[nodiscard]] Held held() const {
    if (left_on_ != 0) return {left_on_, left_since_};
    return {elsewhere_on_, elsewhere_since_};
  }

  /// Call this before `due`. Forgets the steps that were taken, unless they were taken for the
  /// thread in `held`.
  void look_at(const Held& held);
  /// The next step that is due, or None.
  [[nodiscard]] Step due(const Held& held, base::Instant now, const Options& options) const;
  /// Says that `step` was taken.
  void took(Step step) { step_ = step; }
  /// The last step that was taken.
  [[nodiscard]] Step last() const { return step_; }
  /// When the step that follows `last` is due.
  [[nodiscard]] base::Instant next_due(const Held& held, const Options& options) const;

 private:
  /// When `step` is due for a thread that has been held since `since`.
  [[nodiscard]] static base::Instant time_of(Step step, base::Instant since,
                                             const Options& options);

  Step step_ = Step::None;
  int left_on_ = 0;
  base::Instant left_since_{};
  base::Instant looked_at_{};  ///< Held::since of the thread to which `step_` applies
  std::atomic<int> elsewhere_on_{0};
  std::atomic<base::Instant> elsewhere_since_{};
};

}  // namespace mastic::server
