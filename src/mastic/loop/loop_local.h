// Objects that belong to a loop and are found by their type: what all connections of a loop share
// without knowing each other.

#pragma once

#include <memory>
#include <utility>

#include "mastic/loop/loop.h"

namespace mastic::loop {

/// An object that a loop keeps. The list is short, because each type occurs once.
class LoopLocal {
 public:
  LoopLocal(const LoopLocal&) = delete;
  LoopLocal& operator=(const LoopLocal&) = delete;
  virtual ~LoopLocal() = default;

 protected:
  explicit LoopLocal(const void* type) : type_(type) {}
  [[nodiscard]] static LoopLocal* find(Loop& loop, const void* type) noexcept {
    LoopLocal* at = loop.locals_.get();
    while (at != nullptr && at->type_ != type) at = at->next_.get();
    return at;
  }
  static void add(Loop& loop, std::unique_ptr<LoopLocal> local) noexcept {
    local->next_ = std::move(loop.locals_);
    loop.locals_ = std::move(local);
  }

 private:
  const void* const type_;  ///< the address of a variable that exists once for each type
  std::unique_ptr<LoopLocal> next_;
};

/// Returns the T of `loop`. The first call makes it, from the loop. It is destroyed with the loop,
/// after everything else that the loop keeps. Called on the loop, outside of user code. Throws
/// std::bad_alloc, and what the constructor throws.
template <class T>
[[nodiscard]] T& local_to(Loop& loop) {
  static constinit const char kType = 0;
  struct Local final : LoopLocal {
    static Local* find_in(Loop& in) noexcept {
      return static_cast<Local*>(LoopLocal::find(in, &kType));
    }
    static void add_to(Loop& to, std::unique_ptr<Local> made) noexcept {
      LoopLocal::add(to, std::move(made));
    }
    explicit Local(Loop& owner) : LoopLocal(&kType), value(owner) {}
    T value;
  };
  if (Local* const found = Local::find_in(loop)) return found->value;
  auto made = std::make_unique<Local>(loop);
  T& value = made->value;
  Local::add_to(loop, std::move(made));
  return value;
}

}  // namespace mastic::loop
