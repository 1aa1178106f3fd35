// Every wait that takes a duration: forever, for no time, and for a negative time.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>
#include <vector>

#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/event.h"
#include "mastic/threads/future.h"
#include "mastic/threads/log_file_testing.h"
#include "mastic/threads/log_writer.h"
#include "mastic/threads/pool.h"
#include "mastic/threads/queue.h"
#include "mastic/threads/thread.h"
#include "mastic/threads/thread_pool.h"
#include "mastic/threads/timer.h"
#include "mastic/threads/wait.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;
using base::Duration;

constexpr Duration kForEver = Duration::max();
const std::vector<Duration> kNoTime = {0s, -1s, Duration::min()};

/// Knows when the thread of a test is about to wait.
class AboutToWait final : public BlockingHost {
 public:
  AboutToWait() { BlockingScope::set_host(this); }
  ~AboutToWait() { BlockingScope::set_host(nullptr); }
  void blocks() noexcept override { blocked_.set(); }
  void goes_on() noexcept override {}
  void wait() const { blocked_.wait(); }

 private:
  Event blocked_;
};

/// Calls `wait()`. Once it has begun to wait, `tell()` ends it from another thread.
template <class Wait, class Tell>
auto until_told(Wait wait, Tell tell) {
  const AboutToWait about_to_wait;
  const std::jthread other([&] {
    about_to_wait.wait();
    std::this_thread::yield();
    tell();
  });
  return wait();
}

TEST(Waits, GettingFromAQueueMayWaitForever) {
  Queue<int> queue;
  const auto put = [&] { EXPECT_EQ(queue.put(7), Put::Done); };
  EXPECT_EQ(until_told([&] { return queue.get_for(kForEver); }, put), 7);
  for (const Duration none : kNoTime) EXPECT_EQ(queue.get_for(none), std::nullopt);
}

TEST(Waits, PuttingIntoAQueueMayWaitForever) {
  Queue<int> queue(1);
  ASSERT_EQ(queue.put(1), Put::Done);
  const auto get = [&] { EXPECT_EQ(queue.get(), 1); };
  EXPECT_EQ(until_told([&] { return queue.put_for(2, kForEver); }, get), Put::Done);
  for (const Duration none : kNoTime) EXPECT_EQ(queue.put_for(3, none), Put::Full);
}

TEST(Waits, JoiningAQueueMayWaitForever) {
  Queue<int> queue;
  for (const Duration none : kNoTime) EXPECT_TRUE(queue.join_for(none));
  ASSERT_EQ(queue.put(1), Put::Done);
  for (const Duration none : kNoTime) EXPECT_FALSE(queue.join_for(none));
  EXPECT_TRUE(until_told([&] { return queue.join_for(kForEver); }, [&] { queue.task_done(); }));
}

TEST(Waits, WaitingForAnEventMayLastForever) {
  Event event;
  for (const Duration none : kNoTime) EXPECT_FALSE(event.wait_for(none));
  EXPECT_TRUE(until_told([&] { return event.wait_for(kForEver); }, [&] { event.set(); }));
}

TEST(Waits, WaitingForAFutureMayLastForever) {
  Promise<int> promise;
  const Future<int> future = promise.future();
  for (const Duration none : kNoTime) EXPECT_FALSE(future.wait_for(none));
  EXPECT_TRUE(until_told([&] { return future.wait_for(kForEver); }, [&] { promise.set(1); }));
}

TEST(Waits, WaitingForSeveralFuturesMayLastForever) {
  Promise<int> promise;
  std::vector<Future<int>> futures;
  futures.push_back(promise.future());
  for (const Duration none : kNoTime) {
    EXPECT_FALSE(wait_all_for(futures, none));
    EXPECT_EQ(wait_any_for(futures, none), std::nullopt);
  }
  const auto wait = [&] { return wait_any_for(futures, kForEver).has_value(); };
  EXPECT_TRUE(until_told(wait, [&] { promise.set(1); }));

  Promise<int> other;
  futures.push_back(other.future());
  EXPECT_TRUE(until_told([&] { return wait_all_for(futures, kForEver); }, [&] { other.set(1); }));
}

TEST(Waits, WaitingForTheFirstFailureMayLastForever) {
  Promise<int> promise;
  const std::vector<SharedFuture<int>> futures{promise.future().share()};
  for (const Duration none : kNoTime) {
    EXPECT_EQ(wait_first_failure_for(futures, none), std::nullopt);
  }
  const auto fail = [&] { promise.set_error(std::make_exception_ptr(std::runtime_error("no"))); };
  EXPECT_EQ(until_told([&] { return wait_first_failure_for(futures, kForEver); }, fail), 0u);
  EXPECT_NE(futures.front().error(), nullptr);
}

TEST(Waits, IteratingOverFuturesMayWaitForever) {
  Promise<int> promise;
  const std::vector<SharedFuture<int>> futures{promise.future().share()};
  const auto count = [&](Duration longest) {
    int done = 0;
    for (const SharedFuture<int>& future : as_completed_for(futures, longest)) done += future.get();
    return done;
  };
  for (const Duration none : kNoTime) EXPECT_EQ(count(none), 0);
  EXPECT_EQ(until_told([&] { return count(kForEver); }, [&] { promise.set(1); }), 1);
  for (const Duration none : kNoTime)
    EXPECT_EQ(count(none), 1) << "a future that is done is handed out";
}

TEST(Waits, TakingFromAPoolMayWaitForever) {
  Pool<int> pool({.make = [] { return 1; }, .most = 1, .max_idle = kForEver});
  auto lease = pool.try_take();
  for (const Duration none : kNoTime) EXPECT_FALSE(pool.take_for(none));
  const auto take = [&] { return pool.take_for(kForEver).has_value(); };
  EXPECT_TRUE(until_told(take, [&] { lease.reset(); }));
}

TEST(Waits, AThreadMaySleepForever) {
  std::stop_source source;
  const auto sleep = [&] { return sleep_for(kForEver, source.get_token()); };
  EXPECT_FALSE(until_told(sleep, [&] { source.request_stop(); }));
  for (const Duration none : kNoTime) EXPECT_TRUE(sleep_for(none, std::stop_token()));
}

TEST(Waits, AThreadWaitsForItsStop) {
  std::stop_source source;
  until_told([&] { return wait_for_stop(source.get_token()); }, [&] { source.request_stop(); });
  wait_for_stop(source.get_token());  // it was requested already
}

TEST(Waits, ATimerMayWaitForever) {
  std::atomic<bool> called = false;
  Event begun;
  {
    Timer timer(kForEver, [&] { called = true; });
    Timer other(0s, [&] { begun.set(); });
    begun.wait();
  }
  EXPECT_FALSE(called);
  for (const Duration none : kNoTime) {
    Event rang;
    Timer timer(none, [&] { rang.set(); });
    rang.wait();
  }
}

TEST(Waits, ATaskMayHaveAnInfiniteDeadline) {
  ThreadPool pool({.max_threads = 1, .max_idle = kForEver});
  EXPECT_EQ(pool.submit({.deadline = kForEver}, [] { return 7; }).get(), 7);
  EXPECT_EQ(pool.statistics().threads, 1u);
  for (const Duration none : kNoTime) {
    Future<> late = pool.submit({.deadline = none}, [](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
    });
    (void)late.error();  // it was lost, or asked to stop
  }
}

struct WaitsOfALog : TemporaryLog {};

TEST_F(WaitsOfALog, FlushingMayWaitForever) {
  LogWriter writer(open(), {.linger = kForEver});
  writer.write("a line\n");
  EXPECT_TRUE(writer.flush(kForEver));
  EXPECT_TRUE(writer.flush());
  EXPECT_EQ(content(path), "a line\n");
}

}  // namespace
}  // namespace mastic::threads
