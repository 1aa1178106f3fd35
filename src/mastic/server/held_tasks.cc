#include "mastic/server/held_tasks.h"

#include <algorithm>
#include <new>

#include "mastic/async/timer.h"
#include "mastic/server/hang_ladder.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {
namespace {

/// The least time between two looks, when a write-off has to be tried again.
constexpr base::Duration kLookAtTaskAgain = std::chrono::milliseconds(10);

}  // namespace

/// One of them.
class HeldTasks::Held final : private async::Timer {
 public:
  Held(ShardServices& shard, net::ProtocolTask& task, int thread)
      : shard_(shard), task_(task), id_(shard.make_id()) {
    ladder_.left_behind(thread, shard.loop().now());
    ladder_.look_at(ladder_.held());
    shard.loop().arm(*this, ladder_.next_due(ladder_.held(), shard.options()));
  }

  [[nodiscard]] bool is_of(const net::ProtocolTask& task) const { return &task == &task_; }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] bool is_lost() const { return ladder_.last() == HangLadder::Step::WrittenOff; }
  void cancel() noexcept { task_.abandon(); }
  [[nodiscard]] base::RequestReport report() const {
    const HangLadder::Held held = ladder_.held();
    base::RequestReport report;
    report.id = id_;
    report.thread = held.thread;
    report.age = report.thread_age = shard_.loop().now() - held.since;
    report.cancelled = ladder_.last() >= HangLadder::Step::Cancelled;
    task_.describe(report);
    return report;
  }

 private:
  void expired() noexcept override {
    const base::Instant now = shard_.loop().now();
    const HangLadder::Held held = ladder_.held();
    auto step = ladder_.due(held, now, shard_.options());
    while (step != HangLadder::Step::None && take(step)) {
      ladder_.took(step);
      step = ladder_.due(held, now, shard_.options());
    }
    if (is_lost()) return shard_.check_settled();  // the drain no longer waits for this task
    const base::Instant next = ladder_.next_due(held, shard_.options());
    shard_.loop().arm(*this, std::max(next, now + kLookAtTaskAgain));
  }

  /// Returns false when the step has to be tried again, which happens only with a write-off.
  bool take(HangLadder::Step step) noexcept {
    HangPolicy* const policy = shard_.hang_policy();
    if (step == HangLadder::Step::Cancelled) cancel();
    const bool must_succeed = step == HangLadder::Step::WrittenOff;
    if (policy == nullptr) return !must_succeed;
    try {
      if (must_succeed) return policy->write_off(report(), ladder_.held().since);
      step == HangLadder::Step::Logged ? policy->hangs(report()) : policy->cancelled(report());
    } catch (const std::bad_alloc&) {  // no memory for a message
    }
    return !must_succeed;
  }

  ShardServices& shard_;
  net::ProtocolTask& task_;
  const std::uint64_t id_;
  HangLadder ladder_;
};

HeldTasks::HeldTasks(ShardServices& shard) : shard_(shard) {}
HeldTasks::~HeldTasks() = default;

void HeldTasks::holds(net::ProtocolTask& task, int thread) noexcept {
  try {
    held_.push_back(std::make_unique<Held>(shard_, task, thread));
  } catch (const std::bad_alloc&) {  // as if it were not stuck
  }
}

void HeldTasks::returned(net::ProtocolTask& task) noexcept {
  std::erase_if(held_, [&](const auto& held) { return held->is_of(task); });
}

std::size_t HeldTasks::lost() const {
  const auto count = std::ranges::count_if(held_, [](const auto& held) { return held->is_lost(); });
  return static_cast<std::size_t>(count);
}

void HeldTasks::report(base::LoopReport& report) const {
  for (const auto& held : held_) report.requests.push_back(held->report());
  report.requests_in_all += held_.size();
}

void HeldTasks::cancel(std::uint64_t task) noexcept {
  for (const auto& held : held_) {
    if (held->id() == task) held->cancel();
  }
}

}  // namespace mastic::server
