// What is done about a handler that holds its thread, and when.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/units.h"
#include "mastic/server/options.h"

namespace mastic::server {

/// The steps that follow each other while a handler holds a thread that the loop does without:
///
///     None ──hung_after──> Logged ──cancel_after──> Cancelled ──+ abandon_after──> WrittenOff
///
/// It knows how long the thread has been held and which step is due; the exchange takes the step
/// (HangPolicy says how) and tells. On the loop, except where something else is said.
///
/// 1. A handler holds at most one thread: the loop's, which another thread drives meanwhile
///    (left_behind), or one that may block (begins_elsewhere).
/// 2. Each step is taken once. When the thread came back and another one is held, all begins anew.
class HangLadder {
 public:
  enum class Step : std::uint8_t { None, Logged, Cancelled, WrittenOff };
  struct Held {
    int thread = 0;  ///< its number in the kernel; 0: no thread is held
    base::Instant since{};
  };

  /// The handler is stuck on `thread`, which has lost the loop.
  void left_behind(int thread, base::Instant now) {
    left_on_ = thread;
    left_since_ = now;
  }
  /// The handler returned to the loop.
  void came_back() { left_on_ = 0; }
  /// On that thread: the handler begins to run where it may block, or has ended there.
  void begins_elsewhere(int thread, base::Instant now) {
    elsewhere_since_ = now;
    elsewhere_on_ = thread;
  }
  void ends_elsewhere() { elsewhere_on_ = 0; }

  [[nodiscard]] Held held() const {
    if (left_on_ != 0) return {left_on_, left_since_};
    return {elsewhere_on_, elsewhere_since_};
  }

  /// Begins a look at `held`: steps that were taken for another thread are forgotten.
  void look_at(const Held& held);
  /// The next step whose time has come; None when no step is due.
  [[nodiscard]] Step due(const Held& held, base::Instant now, const Options& options) const;
  /// The step was taken.
  void took(Step step) { step_ = step; }
  [[nodiscard]] Step last() const { return step_; }
  /// When the step after that is due.
  [[nodiscard]] base::Instant next_due(const Held& held, const Options& options) const;

 private:
  /// When `step` is due for a thread that is held since `since`.
  [[nodiscard]] static base::Instant time_of(Step step, base::Instant since,
                                             const Options& options);

  Step step_ = Step::None;
  int left_on_ = 0;
  base::Instant left_since_{};
  base::Instant looked_at_{};  ///< since when the thread was held that `step_` is about
  std::atomic<int> elsewhere_on_{0};
  std::atomic<base::Instant> elsewhere_since_{};
};

}  // namespace mastic::server
