// A stack for signal handlers, for when the thread's own has run over.

#pragma once

#include <cstddef>

namespace mastic::threads {

/// Gives the calling thread one while it stands, unless it has one already, as under a sanitizer. It
/// takes address space, and memory once a handler runs on it. A thread that the system gives none
/// goes without. Make and destroy it on the same thread.
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
