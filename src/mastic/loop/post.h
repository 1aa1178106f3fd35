// Functions that another thread has a loop run.

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"

namespace mastic::loop {

/// Done once, however often it is posted. Must outlive its delivery.
class PostedOnce final : public async::Message {
 public:
  explicit PostedOnce(std::function<void()> work) : work_(std::move(work)) {}
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
void post(Loop& loop, Work work) {
  class Posted final : public async::Message {
   public:
    explicit Posted(Work errand) : work_(std::move(errand)) {}
    void deliver() noexcept override {
      const std::unique_ptr<Posted> self(this);
      work_();
    }

   private:
    Work work_;
  };
  loop.post(*new Posted(std::move(work)));
}

}  // namespace mastic::loop
