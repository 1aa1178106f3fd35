// A stack for signal handlers, for when the thread's own stack has overflowed.

#pragma once

#include <cstddef>

namespace mastic::threads {

/// Gives the calling thread an alternate signal stack for as long as this object exists, unless it
/// has one already, as under a sanitizer. It takes only address space until a handler runs on it.
/// If the system has no memory for it, the thread has none. Make and destroy it on the same thread.
class AlternateStack {
 public:
  AlternateStack() noexcept;
  ~AlternateStack();
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  void* memory_ = nullptr;
};

}  // namespace mastic::threads
