// What a thread does just now, and for whom: so that a crash can say it (threads/crash_report.h).

#pragma once

#include <atomic>
#include <utility>

#include "mastic/base/bounded_text.h"

namespace mastic::base {

/// An activity in words. What looks like a secret is blanked out.
struct ActivityReport {
  BoundedText<512> what;   ///< "GET /report?token=***"
  BoundedText<32> id;      ///< the reference of a request
  BoundedText<256> route;  ///< that was taken; empty: none
};

/// Something that a thread does for somebody: a request, a background task.
class Activity {
 public:
  /// In a signal handler, on the thread that does it, whatever it is in: takes no lock, no memory,
  /// and follows no pointer that its thread may be about to change.
  virtual void describe(ActivityReport& report) const noexcept = 0;

  /// What this thread does; none when that has no name.
  [[nodiscard]] static const Activity* of_this_thread() noexcept { return current_; }

  /// While it stands, its thread does `activity`, or nothing that has a name when that is null. They
  /// nest. It costs a store when it begins, and one when it ends.
  class Scope {
   public:
    explicit Scope(const Activity* activity) noexcept : before_(std::exchange(current_, activity)) {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ~Scope() {
      std::atomic_signal_fence(std::memory_order_seq_cst);
      current_ = before_;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const Activity* before_;
  };

 protected:
  ~Activity() = default;

 private:
  static inline constinit thread_local const Activity* current_ = nullptr;
};

}  // namespace mastic::base
