// Signals, received by a loop as events rather than in the middle of anything.

#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "mastic/base/descriptor.h"
#include "mastic/base/result.h"
#include "mastic/loop/loop.h"

namespace mastic::loop {

/// Blocks `signals` in this thread and in those it starts from here on, so that they wait to be
/// received. Call it in main, before any thread is started.
void block_signals(std::initializer_list<int> signals);

/// Ignores SIGPIPE, in the whole process: that a connection is closed is an error of its send.
void ignore_broken_pipes();

/// Receives signals, which must be blocked, and calls `received` with the number of each on the
/// loop, which must outlive it.
class Signals final : public Source {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Signals>> open(
      Loop& loop, std::initializer_list<int> signals, std::function<void(int signal)> received);
  ~Signals() override { loop_.unwatch(*this); }
  void ready(Readiness readiness) noexcept override;

 private:
  Signals(Loop& loop, base::Descriptor descriptor, std::function<void(int)> received);

  Loop& loop_;
  base::Descriptor descriptor_;
  std::function<void(int)> received_;
};

}  // namespace mastic::loop
