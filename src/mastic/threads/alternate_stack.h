// A stack for signal handlers, for when the thread's own stack has overflowed.

#pragma once

#include <cstddef>

namespace mastic::threads {

/// Gives the calling thread an alternate signal stack for as long as this object exists, unless the
/// thread has one already, as under a sanitizer. The stack takes only address space until a handler
/// runs on it. If the system has no memory for the stack, the thread gets none. Make and destroy
/// the object on the same thread.
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
