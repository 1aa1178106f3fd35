#include "mastic/async/frame_memory.h"

#include <array>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define MASTIC_RECYCLE_FRAMES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MASTIC_RECYCLE_FRAMES 0
#endif
#endif
#ifndef MASTIC_RECYCLE_FRAMES
#define MASTIC_RECYCLE_FRAMES 1
#endif

namespace mastic::async {
namespace {

constexpr std::size_t kStep = 64;     // sizes are rounded up to a multiple of this
constexpr std::size_t kClasses = 32;  // frames of 2 KiB and less are recycled
constexpr int kMaxKept = 64;          // per size and thread

/// The free lists of one thread, one for each size class. They are not synchronized: a frame that
/// another thread frees goes to the lists of that thread.
class Recycler {
 public:
  Recycler() = default;
  Recycler(const Recycler&) = delete;
  Recycler& operator=(const Recycler&) = delete;
  ~Recycler() {
    for (Class& kept : classes_) {
      while (void* frame = kept.pop()) ::operator delete(frame);
    }
  }

  void* take(std::size_t size_class) {
    void* const kept = classes_[size_class].pop();
    return kept != nullptr ? kept : ::operator new((size_class + 1) * kStep);
  }
  void give(void* frame, std::size_t size_class) noexcept {
    // A thread that frees more than it allocates would otherwise keep memory without bound.
    if (!classes_[size_class].push(frame)) ::operator delete(frame);
  }

 private:
  /// The beginning of a freed frame: the link of the list is stored in the frame itself.
  struct Free {
    Free* next;
  };
  class Class {
   public:
    bool push(void* frame) noexcept {
      if (count_ == kMaxKept) return false;
      first_ = ::new (frame) Free{first_};
      ++count_;
      return true;
    }
    void* pop() noexcept {
      if (first_ == nullptr) return nullptr;
      --count_;
      return std::exchange(first_, first_->next);
    }

   private:
    Free* first_ = nullptr;
    int count_ = 0;
  };
  std::array<Class, kClasses> classes_{};
};

bool is_recycled(std::size_t bytes) {
  return MASTIC_RECYCLE_FRAMES != 0 && bytes <= kStep * kClasses;
}

/// The recycler of this thread, made at the first use. Its frames are freed when the thread ends.
Recycler& recycler() {
  thread_local Recycler recycler;
  return recycler;
}

}  // namespace

void* allocate_frame(std::size_t bytes) {
  if (!is_recycled(bytes)) return ::operator new(bytes);
  return recycler().take((bytes - 1) / kStep);  // class 0: 1 to 64 bytes, class 1: 65 to 128, …
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  if (!is_recycled(bytes)) return ::operator delete(frame);
  recycler().give(frame, (bytes - 1) / kStep);
}

}  // namespace mastic::async
