#include "mastic/loop/scheduler.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/async/elsewhere.h"
#include "mastic/base/forwarding_kernel.h"
#include "mastic/loop/loop.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::loop {
namespace {

using namespace std::chrono_literals;
using HandOff = Scheduler::HandOff;

class TestJob final : public async::Job {
 public:
  explicit TestJob(std::function<void()> run, std::function<void()> finish = {})
      : run_(std::move(run)), finish_(std::move(finish)) {}
  void run() noexcept override { run_(); }
  void finish() noexcept override {
    if (finish_) finish_();
  }
  void left_behind(int thread) noexcept override { left_on = thread; }

  std::atomic<int> left_on{0};

 private:
  std::function<void()> run_;
  std::function<void()> finish_;
};

/// A job that is known to be quick.
class TrustedJob final : public async::Job {
 public:
  explicit TrustedJob(std::function<void()> run) : run_(std::move(run)) {}
  void run() noexcept override { run_(); }
  void finish() noexcept override {}
  bool is_trusted() noexcept override { return true; }

 private:
  std::function<void()> run_;
};

/// A job that is not known to be quick and can run elsewhere.
class MovableJob final : public async::Job {
 public:
  MovableJob(Loop& loop, std::function<void()> run, std::function<void()> finish)
      : run_(std::move(run)), finish_(std::move(finish)), elsewhere_(*this, loop) {}
  void run() noexcept override { run_(); }
  void finish() noexcept override { finish_(); }
  bool run_elsewhere() noexcept override { return elsewhere_.submit_begun(); }

 private:
  std::function<void()> run_;
  std::function<void()> finish_;
  async::Elsewhere elsewhere_;
};

/// Enqueues a job on a loop from another thread.
class Enqueue final : public async::Message {
 public:
  Enqueue(Loop& loop, async::Job& job) : loop_(loop), job_(job) { loop.post(*this); }
  void deliver() noexcept override { loop_.enqueue(job_); }

 private:
  Loop& loop_;
  async::Job& job_;
};

class TestWork final : public async::BlockingWork {
 public:
  explicit TestWork(std::function<void()> run) : run_(std::move(run)) {}
  void run() noexcept override { run_(); }

 private:
  std::function<void()> run_;
};

/// One loop that the threads of a scheduler drive until the test ends.
struct SchedulerTest : testing::Test {
  void start(Scheduler::Options options) {
    scheduler = std::make_unique<Scheduler>(options);
    scheduler->start(*loop);
  }
  /// Stops the loop. Tests call this while the jobs that they enqueued still exist.
  void end() {
    loop->stop();
    EXPECT_EQ(scheduler->join(), 0u);
  }

  static void wait_until(const std::function<bool()>& is_so) {
    while (!is_so()) std::this_thread::yield();
  }

  std::unique_ptr<Loop> loop = Loop::open(base::system_kernel(), TransferKind::Syscall).value();
  std::unique_ptr<Scheduler> scheduler;
};

TEST_F(SchedulerTest, AnotherThreadTakesTheLoopOfOneThatIsStuck) {
  start({});
  std::latch inside(1), release(1), quick_ran(1), ended(1);
  int stuck_on = 0;
  TestJob stuck(
      [&] {
        stuck_on = base::system_kernel().gettid();
        inside.count_down();
        release.wait();
      },
      [&] { ended.count_down(); });
  TestJob quick([&] { quick_ran.count_down(); });
  const Enqueue first(*loop, stuck);
  const Enqueue second(*loop, quick);
  inside.wait();
  quick_ran.wait();  // although `stuck` does not return
  EXPECT_EQ(stuck.left_on, stuck_on);
  EXPECT_GE(scheduler->status().hand_offs, 1u);
  EXPECT_GE(scheduler->status().busy, 1u);
  release.count_down();
  ended.wait();
  end();
}

TEST_F(SchedulerTest, ABlockingScopeHandsTheLoopOverAtOnce) {
  start({});
  std::latch quick_ran(1), ended(1);
  TestJob quick([&] { quick_ran.count_down(); });
  TestJob waits(
      [&] {
        const threads::BlockingScope blocking;
        quick_ran.wait();
      },
      [&] { ended.count_down(); });
  const Enqueue first(*loop, waits);
  const Enqueue second(*loop, quick);
  ended.wait();
  end();
}

TEST_F(SchedulerTest, RunsEveryJobInTurnWhenTakenOverAtEachOfThem) {
  start({.workers = 8, .hand_off = HandOff::Always});
  constexpr int kJobs = 2000;
  std::latch ended(kJobs);
  int at_once = 0;  // calls of `finish`, which is the loop's own code: two must not overlap
  std::vector<std::unique_ptr<TestJob>> jobs;
  std::vector<std::unique_ptr<Enqueue>> messages;
  for (int i = 0; i < kJobs; ++i) {
    jobs.push_back(std::make_unique<TestJob>([] {},
                                             [&] {
                                               EXPECT_EQ(++at_once, 1);
                                               --at_once;
                                               ended.count_down();
                                             }));
    messages.push_back(std::make_unique<Enqueue>(*loop, *jobs.back()));
  }
  ended.wait();
  EXPECT_GT(scheduler->status().hand_offs, 0u);
  end();
}

TEST_F(SchedulerTest, APinnedLoopIsNeverTakenOver) {
  start({.hand_off = HandOff::Never});
  std::latch ended(1);
  TestJob waits([&] { const threads::BlockingScope blocking; }, [&] { ended.count_down(); });
  const Enqueue message(*loop, waits);
  ended.wait();
  EXPECT_EQ(scheduler->status().hand_offs, 0u);
  EXPECT_TRUE(scheduler->has_reserve());
  end();
}

TEST_F(SchedulerTest, WithoutAReserveADriverThatIsStuckKeepsItsLoop) {
  start({.workers = 0, .reserve = 1});
  std::latch release(1), second_inside(1), release_second(1), third_ran(1);
  TestJob first([&] { release.wait(); });
  TestJob second([&] {
    second_inside.count_down();
    release_second.wait();
  });
  TestJob third([&] { third_ran.count_down(); });
  const Enqueue one(*loop, first), two(*loop, second), three(*loop, third);
  second_inside.wait();
  EXPECT_FALSE(scheduler->has_reserve());
  EXPECT_FALSE(third_ran.try_wait());
  release.count_down();  // its thread returns, stands by, and takes over
  third_ran.wait();
  release_second.count_down();
  end();
}

/// Two threads in reserve, and a loop that two jobs hold one after the other.
struct ShortOfThreadsTest : SchedulerTest {
  ShortOfThreadsTest() {
    start({.workers = 1, .reserve = 2});
    for (const auto& each : held) messages.push_back(std::make_unique<Enqueue>(*loop, *each));
    wait_until([&] { return scheduler->status().busy == 2; });
  }
  void enqueue(async::Job& job) { messages.push_back(std::make_unique<Enqueue>(*loop, job)); }
  void let_go() { release.release(100); }

  std::counting_semaphore<> release{0};
  std::array<std::unique_ptr<TestJob>, 2> held = {
      std::make_unique<TestJob>([&] { release.acquire(); }),
      std::make_unique<TestJob>([&] { release.acquire(); })};
  std::vector<std::unique_ptr<Enqueue>> messages;
};

TEST_F(ShortOfThreadsTest, ALoopRunsTrustedJobsAndOthersRunOnWorkers) {
  EXPECT_FALSE(scheduler->has_reserve());
  EXPECT_TRUE(scheduler->is_short());
  std::latch trusted_ran(1), ended(1);
  std::atomic<int> ran_on{0};
  MovableJob movable(
      *loop, [&] { ran_on = base::system_kernel().gettid(); }, [&] { ended.count_down(); });
  TrustedJob trusted([&] { trusted_ran.count_down(); });
  enqueue(movable);
  enqueue(trusted);
  trusted_ran.wait();
  EXPECT_EQ(ran_on, 0);
  EXPECT_EQ(scheduler->status().queued, 1u);
  let_go();
  ended.wait();
  EXPECT_NE(ran_on, 0);
  wait_until([&] { return !scheduler->is_short(); });
  EXPECT_TRUE(scheduler->has_reserve());
  end();
}

TEST_F(ShortOfThreadsTest, ATrustedJobThatBlocksCostsAnExtraThread) {
  constexpr std::uint64_t kBlock = 10;
  std::vector<std::unique_ptr<TrustedJob>> jobs;
  for (std::uint64_t i = 0; i < kBlock; ++i) {
    jobs.push_back(std::make_unique<TrustedJob>([&] { release.acquire(); }));
    enqueue(*jobs.back());
  }
  wait_until([&] { return scheduler->status().busy == 2 + kBlock; });
  std::latch quick_ran(1);
  TrustedJob quick([&] { quick_ran.count_down(); });
  enqueue(quick);
  quick_ran.wait();
  let_go();
  wait_until([&] { return scheduler->status().busy == 0; });
  end();
}

TEST_F(ShortOfThreadsTest, WorkThatHasBegunIsNotRefusedWhenTheQueueIsFull) {
  std::atomic<int> ended{0};
  std::vector<std::unique_ptr<MovableJob>> jobs;
  constexpr int kJobs = 2000;  // more than the queue's limit of 1024
  for (int i = 0; i < kJobs; ++i) {
    jobs.push_back(std::make_unique<MovableJob>(*loop, [] {}, [&] { ++ended; }));
    enqueue(*jobs.back());
  }
  wait_until([&] { return scheduler->status().queued == kJobs; });
  let_go();
  wait_until([&] { return ended == kJobs; });
  end();
}

TEST_F(SchedulerTest, ReportsThatFewThreadsStandBy) {
  std::latch told(1);
  std::atomic<std::uint64_t> held{0};
  scheduler = std::make_unique<Scheduler>(Scheduler::Options{.workers = 1, .reserve = 2});
  scheduler->when_short([&](std::uint64_t threads) {
    held = threads;
    told.count_down();
  });
  scheduler->start(*loop);
  std::counting_semaphore<> release(0);
  TestJob first([&] { release.acquire(); }), second([&] { release.acquire(); });
  const Enqueue one(*loop, first), two(*loop, second);
  told.wait();
  EXPECT_EQ(held, 2u);
  release.release(2);
  wait_until([&] { return scheduler->status().busy == 0; });
  end();
}

/// A kernel that reports rising CPU times for every thread, and records the time slices it is told.
class ComputingKernel final : public base::ForwardingKernel {
 public:
  using ForwardingKernel::ForwardingKernel;
  base::Duration thread_time(int) override { return ++looks * 1s; }
  int set_turn(int thread, base::Duration length) override {
    const std::lock_guard lock(mutex_);
    turns_[thread] = length;
    return 0;
  }
  base::Duration turn_of(int thread) {
    const std::lock_guard lock(mutex_);
    return turns_[thread];
  }
  std::atomic<int> looks{0};

 private:
  std::mutex mutex_;
  std::map<int, base::Duration> turns_;
};

TEST(SystemKernel, GivesAThreadLongTimeSlicesAndReportsItsCpuTime) {
  base::Kernel& kernel = base::system_kernel();
  const int thread = kernel.gettid();
  EXPECT_EQ(kernel.set_turn(thread, 20ms), 0);
  EXPECT_EQ(kernel.set_turn(thread, 0ms), 0);
  const base::Duration before = kernel.thread_time(thread);
  while (kernel.thread_time(thread) == before) std::this_thread::yield();
  EXPECT_LT(kernel.set_turn(-1, 20ms), 0);
}

TEST_F(SchedulerTest, AThreadThatComputesHasLongTimeSlicesUntilItReturns) {
  ComputingKernel kernel(base::system_kernel());
  scheduler = std::make_unique<Scheduler>(Scheduler::Options(), kernel);
  scheduler->start(*loop);
  std::atomic<int> runs_on{0};
  std::atomic<bool> computes{true};
  TestJob job([&] {
    runs_on = base::system_kernel().gettid();
    while (computes) std::this_thread::yield();
  });
  TestJob again([] {},
                [&] {
                  if (computes) loop->enqueue(again);  // keeps the StallMonitor awake
                });
  const Enqueue first(*loop, job), second(*loop, again);
  wait_until([&] { return runs_on != 0 && kernel.turn_of(runs_on) > 0ms; });
  computes = false;
  wait_until([&] { return kernel.turn_of(runs_on) == 0ms; });
  end();
}

TEST_F(SchedulerTest, WorkRunsOnTheAllowedThreadsAndTheRestWaits) {
  start({.workers = 3, .max_queued = 10});
  constexpr int kWorks = 8;
  std::counting_semaphore<> release(0);
  std::latch three_run(3), all_ran(kWorks);
  std::atomic<int> running{0}, most{0};
  std::vector<std::unique_ptr<TestWork>> works;
  for (int i = 0; i < kWorks; ++i) {
    works.push_back(std::make_unique<TestWork>([&, i] {
      most = std::max(most.load(), ++running);
      if (i < 3) three_run.count_down();
      release.acquire();
      --running;
      all_ran.count_down();
    }));
    ASSERT_TRUE(scheduler->submit(*works.back()));
  }
  three_run.wait();
  const auto status = scheduler->status();
  EXPECT_EQ(status.busy, 3u);
  EXPECT_EQ(status.queued, 5u);
  EXPECT_TRUE(scheduler->has_reserve());
  release.release(kWorks);
  all_ran.wait();
  EXPECT_EQ(most, 3);
  end();
}

TEST_F(SchedulerTest, WorkBeyondTheQueueIsRefusedAndQueuedWorkCanBeWithdrawn) {
  start({.workers = 1, .max_queued = 1});
  std::latch inside(1), release(1);
  TestWork first([&] {
    inside.count_down();
    release.wait();
  });
  TestWork waits([] { ADD_FAILURE() << "was withdrawn"; });
  TestWork refused([] { ADD_FAILURE() << "was refused"; });
  ASSERT_TRUE(scheduler->submit(first));
  inside.wait();
  EXPECT_TRUE(scheduler->submit(waits));
  EXPECT_FALSE(scheduler->submit(refused));
  EXPECT_EQ(scheduler->status().refused, 1u);
  EXPECT_TRUE(scheduler->withdraw(waits));
  EXPECT_FALSE(scheduler->withdraw(waits));
  EXPECT_FALSE(scheduler->withdraw(first));
  release.count_down();
  end();
}

TEST_F(SchedulerTest, AThreadThatIsWrittenOffIsReplaced) {
  start({.workers = 1});
  std::latch inside(1), release(1), second_ran(1);
  std::atomic<int> hung_on{0};
  TestWork hung([&] {
    hung_on = base::system_kernel().gettid();
    inside.count_down();
    release.wait();
  });
  TestWork second([&] { second_ran.count_down(); });
  ASSERT_TRUE(scheduler->submit(hung));
  inside.wait();
  ASSERT_TRUE(scheduler->submit(second));
  const base::Instant now = base::system_kernel().monotonic_now();
  EXPECT_FALSE(scheduler->write_off(hung_on, now - 1h)) << "it works on something else since then";
  EXPECT_FALSE(scheduler->write_off(0, now));
  EXPECT_TRUE(scheduler->write_off(hung_on, now));
  EXPECT_FALSE(scheduler->write_off(hung_on, now));
  second_ran.wait();
  EXPECT_EQ(scheduler->status().lost, 1u);
  release.count_down();  // it returns after all, and ends
  while (scheduler->status().lost > 0) std::this_thread::yield();
  end();
}

TEST_F(SchedulerTest, JobsThatEnqueueEachOtherDoNotStarveTheLoop) {
  start({});
  std::latch ended(1);
  std::atomic<bool> enough{false};
  TestJob again([] {},
                [&] {
                  if (enough) return ended.count_down();
                  loop->enqueue(again);
                });
  TestJob other([&] { enough = true; });
  const Enqueue first(*loop, again);
  const Enqueue second(*loop, other);  // a message, which has to be delivered meanwhile
  ended.wait();
  end();
}

TEST_F(SchedulerTest, TheStallMonitorSleepsWhileNothingRunsAndWakesWhenSomethingDoes) {
  StallMonitor watch([](Loop&, std::uint64_t) {});
  watch.add(*loop);
  while (!watch.is_asleep()) std::this_thread::yield();
  watch.loop_entered();
  EXPECT_FALSE(watch.is_asleep());
  start({});
  end();
}

}  // namespace
}  // namespace mastic::loop
