#include "mastic/server/hang_ladder.h"

namespace mastic::server {

/// Compares the times rather than the threads: a thread may have returned and be held again since
/// the last look.
void HangLadder::look_at(const Held& held) {
  if (held.thread == 0 || held.since != looked_at_) step_ = Step::None;
  looked_at_ = held.since;
}

/// Returns lower steps first, so that each step is logged even when a late look finds several steps
/// due at once.
HangLadder::Step HangLadder::due(const Held& held, base::Instant now,
                                 const Options& options) const {
  for (const Step step : {Step::Logged, Step::Cancelled, Step::WrittenOff}) {
    if (step_ < step && now >= time_of(step, held.since, options)) return step;
  }
  return Step::None;
}

/// A write-off that failed is due again at once. The exchange limits how often it looks
/// (kLookAgain).
base::Instant HangLadder::next_due(const Held& held, const Options& options) const {
  switch (step_) {
    case Step::None:
      return time_of(Step::Logged, held.since, options);
    case Step::Logged:
      return time_of(Step::Cancelled, held.since, options);
    case Step::Cancelled:
    case Step::WrittenOff:
      break;
  }
  return time_of(Step::WrittenOff, held.since, options);
}

/// A thread is written off when abandon_after has passed since its handler was cancelled. So the
/// handler has that time to react to its stop token.
base::Instant HangLadder::time_of(Step step, base::Instant since, const Options& options) {
  if (step == Step::Logged) return base::after(since, options.hung_after);
  const base::Instant cancelled = base::after(since, options.cancel_after);
  return step == Step::Cancelled ? cancelled : base::after(cancelled, options.abandon_after);
}

}  // namespace mastic::server
