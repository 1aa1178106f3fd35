#include "mastic/async/runner.h"

namespace mastic::async {
namespace {

class InlineRunner final : public Runner {
 public:
  bool submit(BlockingWork& work) override {
    work.run();
    return true;
  }
  bool withdraw(BlockingWork&) noexcept override { return false; }
  bool has_reserve() const noexcept override { return true; }
};

}  // namespace

Runner& inline_runner() {
  static InlineRunner runner;
  return runner;
}

}  // namespace mastic::async
