// Lets any thread have a loop run a function.

#pragma once

#include <memory>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"

namespace mastic::loop {

/// Has `loop` call `work()` once, outside of user code. May be called from any thread. `work` must
/// not throw. Throws std::bad_alloc when there is no memory for the message; then `work` is not
/// called.
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
