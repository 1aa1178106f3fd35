// What a thread is doing and for which client, for crash reports (threads/crash_report.h).

#pragma once

#include <atomic>
#include <utility>

#include "mastic/base/bounded_text.h"

namespace mastic::base {

/// The description of an activity. Values that look like secrets are replaced by `***`.
struct ActivityReport {
  BoundedText<512> what;   ///< "GET /report?token=***"
  BoundedText<32> id;      ///< the reference id of the request
  BoundedText<256> route;  ///< the pattern of the route that matched; empty when no route did
};

/// Something that a thread works on: a request, or a background task.
class Activity {
 public:
  /// Fills in `report`. A signal handler calls this function on the thread of the activity, and may
  /// have interrupted that thread anywhere: the function takes no lock, allocates nothing and
  /// follows no pointer that the thread may have been changing.
  virtual void describe(ActivityReport& report) const noexcept = 0;

  /// The current activity of the calling thread, or null.
  [[nodiscard]] static const Activity* of_this_thread() noexcept { return current_; }

  /// Makes `activity`, which may be null, the current activity of this thread until the scope ends.
  /// Scopes nest. A scope costs two stores of a pointer. Fences order the stores for a signal
  /// handler on the same thread; other threads never read the pointer.
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
