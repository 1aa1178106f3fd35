// Something to do on a loop, at the word of another thread.

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"

namespace mastic::loop {

/// Done once, however often it is posted. Must outlive its delivery.
class Order final : public async::Message {
 public:
  explicit Order(std::function<void()> work) : work_(std::move(work)) {}
  /// From any thread.
  void post_once(Loop& loop) {
    if (!posted_.exchange(true)) loop.post(*this);
  }
  void deliver() noexcept override { work_(); }

 private:
  std::function<void()> work_;
  std::atomic<bool> posted_{false};
};

/// Has `work()` done on `loop`, once. From any thread. It has to see to what it throws itself;
/// without memory for the message this throws std::bad_alloc, and nothing is done.
template <class Work>
void do_on(Loop& loop, Work work) {
  class Errand final : public async::Message {
   public:
    explicit Errand(Work errand) : work_(std::move(errand)) {}
    void deliver() noexcept override {
      const std::unique_ptr<Errand> self(this);
      work_();
    }

   private:
    Work work_;
  };
  loop.post(*new Errand(std::move(work)));
}

}  // namespace mastic::loop
