#include "mastic/threads/timer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/threads/event.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

TEST(Timer, CallsItsFunctionAfterTheDelay) {
  Event called;
  const auto begin = std::chrono::steady_clock::now();
  Timer timer(5ms, [&] { called.set(); });
  called.wait();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 5ms);
}

TEST(Timer, IsCancelledBeforeItsTime) {
  bool called = false;
  Timer timer(1h, [&] { called = true; });
  timer.cancel();
  timer.join();
  EXPECT_FALSE(called);
}

TEST(Timer, IsCancelledByItsDestructor) {
  bool called = false;
  {
    const Timer timer(1h, [&] { called = true; });
  }
  EXPECT_FALSE(called);
}

TEST(Timer, ReportsWhatItsFunctionThrows) {
  std::vector<std::string> reported;
  const UncaughtHook hook([&](const UncaughtError& error) { reported.push_back(error.message()); });
  Timer timer(0ms, [] { throw std::runtime_error("no tea"); }, "tea timer");
  timer.join();
  EXPECT_EQ(reported,
            (std::vector<std::string>{"thread 'tea timer' ended by an exception: no tea"}));
}

TEST(Timer, MayBeDestroyedByItsFunction) {
  struct Reminder {
    Event made;
    std::optional<Timer> timer;
    Event went;
  } reminder;
  auto state = std::make_shared<std::string>("of the function, not of the timer");
  const std::weak_ptr<std::string> kept = state;
  reminder.timer.emplace(0ms, [&reminder, kept, mine = std::move(state)] {
    reminder.made.wait();
    reminder.timer.reset();
    EXPECT_FALSE(kept.expired());
    reminder.went.set();
  });
  reminder.made.set();
  reminder.went.wait();
  EXPECT_FALSE(reminder.timer.has_value());
}

}  // namespace
}  // namespace mastic::threads
