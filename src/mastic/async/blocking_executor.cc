#include "mastic/async/blocking_executor.h"

namespace mastic::async {
namespace {

class InlineBlockingExecutor final : public BlockingExecutor {
 public:
  bool submit(BlockingWork& work) override {
    work.run();
    return true;
  }
  bool withdraw(BlockingWork&) noexcept override { return false; }
  bool has_reserve() const noexcept override { return true; }
};

}  // namespace

BlockingExecutor& inline_blocking_executor() {
  static InlineBlockingExecutor blocking_executor;
  return blocking_executor;
}

}  // namespace mastic::async
