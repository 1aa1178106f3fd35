// Something to do on a loop, at the word of another thread.

#pragma once

#include <atomic>
#include <functional>
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

}  // namespace mastic::loop
