#include "mastic/loop/timer_wheel.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

namespace mastic::loop {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::Instant;

constexpr Instant kStart{1000h};

class TestTimer final : public async::Timer {
 public:
  explicit TestTimer(std::function<void()> then = {}) : then_(std::move(then)) {}
  void expired() noexcept override {
    ++count;
    if (then_) then_();
  }
  int count = 0;

 private:
  std::function<void()> then_;
};

TEST(TimerWheel, ExpiresAtItsMomentAndNotBefore) {
  for (const Duration length :
       {Duration(1ms), Duration(63ms), Duration(64ms), Duration(65ms), Duration(4095ms),
        Duration(4096ms), Duration(10s), Duration(5min), Duration(10h), Duration(2000h)}) {
    TimerWheel wheel(kStart);
    TestTimer timer;
    wheel.arm(timer, kStart + length);
    wheel.advance(kStart + length - 1ms);
    EXPECT_EQ(timer.count, 0) << length / 1ms;
    wheel.advance(kStart + length);
    EXPECT_EQ(timer.count, 1) << length / 1ms;
    EXPECT_FALSE(timer.is_armed());
  }
}

TEST(TimerWheel, IsNeverEarlyWithinATick) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.arm(timer, kStart + 1500us);
  wheel.advance(kStart + 1999us);
  EXPECT_EQ(timer.count, 0);
  wheel.advance(kStart + 2ms);
  EXPECT_EQ(timer.count, 1);
}

TEST(TimerWheel, ATimerThatIsOverdueExpiresAtTheNextTick) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.advance(kStart + 500ms);
  wheel.arm(timer, kStart);
  wheel.advance(kStart + 501ms);
  EXPECT_EQ(timer.count, 1);
}

TEST(TimerWheel, DisarmedTimersDoNotExpire) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.arm(timer, kStart + 10ms);
  timer.disarm();
  {
    TestTimer gone;
    wheel.arm(gone, kStart + 10ms);
  }
  wheel.advance(kStart + 1h);
  EXPECT_EQ(timer.count, 0);
}

TEST(TimerWheel, TimersMayArmAndDisarmOthersWhileTheyExpire) {
  TimerWheel wheel(kStart);
  TestTimer other;
  TestTimer again([&] {
    other.disarm();
    if (again.count < 3) wheel.arm(again, kStart + again.count * 10ms + 5ms);
  });
  wheel.arm(again, kStart + 5ms);
  wheel.arm(other, kStart + 5ms);
  wheel.advance(kStart + 1h);
  EXPECT_EQ(again.count, 3);
  EXPECT_EQ(other.count, 0);
}

TEST(TimerWheel, SaysWhenToAdvanceNext) {
  TimerWheel wheel(kStart);
  EXPECT_FALSE(wheel.next_advance());
  TestTimer timer;
  wheel.arm(timer, kStart + 60s);
  int calls = 0;
  while (timer.count == 0) {
    const auto next = wheel.next_advance();
    ASSERT_TRUE(next);
    ASSERT_LE(*next, kStart + 60s);
    wheel.advance(*next);
    ASSERT_LT(++calls, 10);
  }
}

TEST(TimerWheel, ExpiresEachOfManyTimersInTime) {
  EXPECT_TRUE(rc::check([] {
    TimerWheel wheel(kStart);
    const auto lengths = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 400'000));
    std::vector<std::unique_ptr<TestTimer>> timers;
    Instant now = kStart;
    for (const int length : lengths) {
      now += std::chrono::milliseconds(length % 7);
      wheel.advance(now);
      const Instant due = now + std::chrono::milliseconds(length);
      timers.push_back(std::make_unique<TestTimer>());
      wheel.arm(*timers.back(), due);
    }
    for (std::size_t i = 0; i < timers.size(); ++i) {
      if (!timers[i]->is_armed()) continue;
      const Instant due = timers[i]->due();
      const int before = timers[i]->count;
      wheel.advance(std::max(now, due - 1ms));
      now = std::max(now, due);
      RC_ASSERT(timers[i]->count == before || !timers[i]->is_armed());
      wheel.advance(now + 1ms);
      RC_ASSERT(timers[i]->count == 1);
    }
  }));
}

TEST(TimerWheel, ATimerDueAtTheEndOfTimeWaits) {
  for (const Instant start : {kStart, Instant{}}) {
    TimerWheel wheel(start);
    TestTimer timer;
    wheel.arm(timer, Instant::max());
    wheel.advance(start + 24h * 365);
    EXPECT_EQ(timer.count, 0);
    EXPECT_LT(start + 24h * 365, wheel.next_advance());
  }
}

}  // namespace
}  // namespace mastic::loop
