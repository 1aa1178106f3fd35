#include "mastic/threads/uncaught_error.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/log_testing.h"
#include "mastic/threads/thread.h"

namespace mastic::threads {
namespace {

/// Its destructor throws, unless the object was moved from.
struct BadEndOfThread {
  BadEndOfThread() = default;
  BadEndOfThread(BadEndOfThread&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  ~BadEndOfThread() noexcept(false) {
    if (armed) throw std::runtime_error("it ends badly");
  }
  bool armed = true;
};

struct NoException {};

struct UncaughtErrorTest : testing::Test {
  std::vector<std::string> reported;
  const UncaughtHook hook{
      [this](const UncaughtError& error) { reported.push_back(error.message()); }};
};

TEST_F(UncaughtErrorTest, DescribesExceptionsOfAnyType) {
  EXPECT_EQ(describe(std::make_exception_ptr(std::runtime_error("no tea"))), "no tea");
  EXPECT_EQ(describe(std::make_exception_ptr(7)), "an exception of type int");
  EXPECT_EQ(describe(std::make_exception_ptr(NoException())),
            "an exception of type mastic::threads::(anonymous namespace)::NoException");
  EXPECT_EQ(describe(nullptr), "nothing");
}

TEST_F(UncaughtErrorTest, NamesItsThread) {
  std::string name(20, '\0');
  std::thread(named("the great importer", [&] {
    pthread_getname_np(pthread_self(), name.data(), name.size());
  })).join();
  EXPECT_STREQ(name.c_str(), "the great impor");
}

TEST_F(UncaughtErrorTest, AThreadTakesItsArguments) {
  int sum = 0;
  std::thread(named("sum", [](int a, int b, int& result) { result = a + b; }), 1, 2, std::ref(sum))
      .join();
  EXPECT_EQ(sum, 3);
  bool asked = false;
  {
    std::jthread thread(named("stop", [&](const std::stop_token& stop) {
      EXPECT_FALSE(sleep_for(std::chrono::hours(1), stop));
      asked = true;
    }));
  }
  EXPECT_TRUE(asked);
}

TEST_F(UncaughtErrorTest, ReportsAnExceptionThatLeavesAThread) {
  std::thread(named("one", [] { throw std::runtime_error("no tea"); })).join();
  std::thread(named("two", [] { throw 7; })).join();
  EXPECT_EQ(reported, (std::vector<std::string>{
                          "thread 'one' ended by an exception: no tea",
                          "thread 'two' ended by an exception: an exception of type int"}));
}

TEST_F(UncaughtErrorTest, ReportsWhatADestructorThrows) {
  std::thread(named("one", [end = BadEndOfThread()] {})).join();
  EXPECT_EQ(
      reported,
      (std::vector<std::string>{"a destructor of what 'one' had captured threw: it ends badly"}));
}

TEST_F(UncaughtErrorTest, CallsTheLatestHook) {
  std::vector<std::string> inner;
  {
    const UncaughtHook other([&](const UncaughtError& error) { inner.emplace_back(error.who); });
    report_uncaught({UncaughtError::Place::Task, "a", std::make_exception_ptr(1)});
  }
  report_uncaught({UncaughtError::Place::Task, "b", std::make_exception_ptr(1)});
  EXPECT_EQ(inner, std::vector<std::string>{"a"});
  EXPECT_EQ(reported,
            std::vector<std::string>{"task 'b' failed, and its result was never collected: "
                                     "an exception of type int"});
}

TEST_F(UncaughtErrorTest, HooksMayBeDestroyedInAnyOrder) {
  int calls = 0;
  auto first = std::make_unique<UncaughtHook>([](const UncaughtError&) { FAIL(); });
  const UncaughtHook second([&](const UncaughtError&) { ++calls; });
  first.reset();
  report_uncaught({UncaughtError::Place::Task, "a", std::make_exception_ptr(1)});
  EXPECT_EQ(calls, 1);
}

TEST_F(UncaughtErrorTest, AHookThatThrowsIsReportedToStandardError) {
  const UncaughtHook bad([](const UncaughtError&) { throw std::runtime_error("the hook broke"); });
  testing::internal::CaptureStderr();
  report_uncaught({UncaughtError::Place::Task, "a", std::make_exception_ptr(1)});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error app: task 'a' failed, and its result was never collected: an exception of type "
            "int\n"
            "error app: a function that 'UncaughtHook' calls threw: the hook broke\n");
}

TEST_F(UncaughtErrorTest, AnErrorReportedInsideAHookGoesToStandardError) {
  const UncaughtHook busy([](const UncaughtError&) {
    report_uncaught({UncaughtError::Place::Task, "b", std::make_exception_ptr(2)});
  });
  testing::internal::CaptureStderr();
  report_uncaught({UncaughtError::Place::Task, "a", std::make_exception_ptr(1)});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error app: task 'b' failed, and its result was never collected: an exception of type "
            "int\n");
}

TEST(UncaughtError, GoesToALog) {
  base::RecordingLog log;
  const UncaughtHook hook(log);
  report_uncaught({UncaughtError::Place::Thread, "a", std::make_exception_ptr(1)});
  EXPECT_EQ(log.lines,
            std::vector<std::string>{
                "error app: thread 'a' ended by an exception: an exception of type int"});
}

TEST(UncaughtError, GoesToStandardErrorWithoutAHook) {
  testing::internal::CaptureStderr();
  report_uncaught({UncaughtError::Place::Thread, "a", std::make_exception_ptr(1)});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error app: thread 'a' ended by an exception: an exception of type int\n");
}

}  // namespace
}  // namespace mastic::threads
