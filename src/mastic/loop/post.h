// Functions that another thread has a loop run.

#pragma once

#include <memory>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"

namespace mastic::loop {

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
