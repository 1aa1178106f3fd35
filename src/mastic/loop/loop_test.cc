#include "mastic/loop/loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/loop/scheduler.h"

namespace mastic::loop {
namespace {

using namespace std::chrono_literals;

class LoopTestJob final : public async::Job {
 public:
  explicit LoopTestJob(std::function<void()> run, std::function<void()> finish = {})
      : run_(std::move(run)), finish_(std::move(finish)) {}
  void run() noexcept override { run_(); }
  void finish() noexcept override {
    finished = true;
    if (finish_) finish_();
  }
  std::atomic<bool> finished{false};

 private:
  std::function<void()> run_;
  std::function<void()> finish_;
};

/// Answers everything it receives with the same bytes.
class Echo final : public Socket {
 public:
  Echo(Loop& loop, int fd) : Socket(fd), loop_(loop) {}
  ~Echo() override { loop_.unwatch(*this); }
  void ready(Readiness readiness) noexcept override {
    if (readiness.readable) loop_.receive(*this);
  }
  void received(ssize_t result, std::string_view bytes) noexcept override {
    if (result <= 0) {
      loop_.unwatch(*this);
      loop_.kernel().close(std::exchange(fd_, -1));
      return;
    }
    std::copy(bytes.begin(), bytes.end(), loop_.outbox().prepare(*this, bytes.size()));
    loop_.outbox().commit(*this, bytes.size());
  }
  bool keep_unsent(std::string_view, int) noexcept override { return true; }
  void sent(std::size_t, std::size_t, int) noexcept override {}

 private:
  Loop& loop_;
};

struct LoopTest : testing::TestWithParam<TransferKind> {
  base::ScriptedKernel kernel;
  std::unique_ptr<Loop> loop = Loop::open(kernel, GetParam()).value();
};

TEST_P(LoopTest, EchoesForManySocketsInBatches) {
  std::vector<std::unique_ptr<Echo>> echoes;
  for (int i = 0; i < 300; ++i) {
    const int fd = kernel.make_socket();
    kernel.at(fd).incoming = {"one " + std::to_string(i), ", two"};
    echoes.push_back(std::make_unique<Echo>(*loop, fd));
    ASSERT_TRUE(loop->watch(*echoes.back(), {.readable = true}));
  }
  for (int turn = 0; turn < 10; ++turn) loop->turn(0s);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(kernel.at(echoes[static_cast<std::size_t>(i)]->fd()).sent,
              "one " + std::to_string(i) + ", two");
  }
}

TEST_P(LoopTest, SurvivesSocketsThatCloseDuringABatch) {
  Echo stays(*loop, kernel.make_socket());
  Echo goes(*loop, kernel.make_socket());
  kernel.at(stays.fd()).incoming = {"a"};
  kernel.at(goes.fd()).recv_error = ECONNRESET;
  ASSERT_TRUE(loop->watch(stays, {.readable = true}));
  ASSERT_TRUE(loop->watch(goes, {.readable = true}));
  loop->turn(0s);
  EXPECT_EQ(kernel.at(stays.fd()).sent, "a");
  EXPECT_LT(goes.fd(), 0);
}

TEST_P(LoopTest, IgnoresASocketThatIsKeptOpenElsewhere) {
  auto goes = std::make_unique<Echo>(*loop, kernel.make_socket());
  const int fd = goes->fd();
  kernel.at(fd).held_elsewhere = true;
  ASSERT_TRUE(loop->watch(*goes, {.readable = true}));
  kernel.at(fd).recv_error = ECONNRESET;
  loop->turn(0s);
  EXPECT_FALSE(kernel.at(fd).open);
  goes.reset();
  const base::Instant before = kernel.monotonic_now();
  loop->turn(5s);
  EXPECT_EQ(kernel.monotonic_now() - before, 5s) << "it is still reported";
}

TEST_P(LoopTest, ALateEventDoesNotReachTheSourceThatReusedTheDescriptor) {
  kernel.fail("epoll_ctl", 2, EBADF);  // a watch that cannot be ended keeps reporting
  auto goes = std::make_unique<Echo>(*loop, kernel.make_socket());
  const int fd = goes->fd();
  ASSERT_TRUE(loop->watch(*goes, {.readable = true}));
  loop->unwatch(*goes);
  goes.reset();
  Echo next(*loop, kernel.make_socket());
  ASSERT_TRUE(loop->watch(next, {.readable = true}));
  kernel.at(fd).incoming = {"late"};
  const int received = kernel.calls("recv");
  loop->turn(0s);
  EXPECT_EQ(kernel.calls("recv"), received);
}

TEST_P(LoopTest, ASourceMayOutliveItsLoop) {
  class Silent final : public Source {
   public:
    explicit Silent(int fd) : Source(fd) {}
    void ready(Readiness) noexcept override {}
  };
  Silent outlives(kernel.make_socket());
  ASSERT_TRUE(loop->watch(outlives, {.readable = true}));
  loop.reset();
  EXPECT_FALSE(outlives.is_watched());
}

TEST(LoopDeathTest, DestroyingAWatchedSourceIsAnError) {
  class Forgetful final : public Source {
   public:
    explicit Forgetful(int fd) : Source(fd) {}
    void ready(Readiness) noexcept override {}
  };
  base::ScriptedKernel kernel;
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  EXPECT_DEATH(
      {
        Forgetful source(kernel.make_socket());
        (void)loop->watch(source, {.readable = true});
      },
      "is_watched");
}

TEST_P(LoopTest, RunsJobsInOrderAndThoseThatAJobEnqueued) {
  std::string order;
  LoopTestJob last([&] { order += "3"; });
  LoopTestJob first([&] { order += "1"; },
                    [&] {
                      order += "f";
                      loop->enqueue(last);
                    });
  LoopTestJob second([&] { order += "2"; });
  loop->enqueue(first);
  loop->enqueue(second);
  loop->turn(0s);
  EXPECT_EQ(order, "1f23");
}

INSTANTIATE_TEST_SUITE_P(, LoopTest, testing::Values(TransferKind::Syscall, TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

async::Task<> sleep(base::Duration length) { co_await async::sleep_for(length); }

TEST(Loop, WaitsForTimersAndNoLonger) {
  base::ScriptedKernel kernel;
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  async::TestContext<void> context(*loop, sleep(250ms));
  const base::Instant start = kernel.monotonic_now();
  while (!context.is_done()) loop->turn(1h);
  EXPECT_EQ(kernel.monotonic_now() - start, 250ms);
}

TEST(Loop, ABusySourceDelaysLateTimersForAFewTurnsOnly) {
  class Loud final : public Source {
   public:
    explicit Loud(int fd) : Source(fd) {}
    void ready(Readiness) noexcept override {}
  };
  base::ScriptedKernel kernel;
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  Loud loud(kernel.make_socket());
  kernel.at(loud.fd()).incoming = {"never read"};
  ASSERT_TRUE(loop->watch(loud, {.readable = true}));
  async::TestContext<void> context(*loop, sleep(1s));
  loop->turn(0s);
  kernel.advance(10s);
  for (int i = 0; i < 5; ++i) loop->turn(0s);
  EXPECT_TRUE(context.is_done());
  loop->unwatch(loud);
}

TEST(Loop, IsStuckWhileAJobHoldsItAndNoThreadHasTakenIt) {
  base::ScriptedKernel kernel;
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  const auto is_stuck = [&] { return loop->is_stuck(kernel.monotonic_now()); };
  LoopTestJob job([&] {
    EXPECT_FALSE(is_stuck());
    kernel.advance(60ms);
    EXPECT_TRUE(is_stuck());
    ASSERT_TRUE(loop->take(loop->look()));
    EXPECT_EQ(loop->turn(0s), Loop::Turn::Kept);
    EXPECT_FALSE(is_stuck());
  });
  loop->enqueue(job);
  EXPECT_EQ(loop->turn(0s), Loop::Turn::Lost);
  kernel.advance(1h);
  EXPECT_FALSE(is_stuck()) << "the loop waits and is in no job";
}

TEST(Loop, WaitsNoLongerThanAsked) {
  base::ScriptedKernel kernel;
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  const base::Instant start = kernel.monotonic_now();
  loop->turn(3s);
  EXPECT_EQ(kernel.monotonic_now() - start, 3s);
}

TEST(Loop, OtherThreadsCanPostToItAndStopIt) {
  const auto loop = Loop::open(base::system_kernel(), TransferKind::Auto).value();
  Scheduler scheduler;
  scheduler.start(*loop);
  constexpr int kMessages = 1000;
  int delivered = 0;
  struct Count final : async::Message {
    explicit Count(int& counter) : count(counter) {}
    void deliver() noexcept override { ++count; }
    int& count;
  };
  std::vector<std::unique_ptr<Count>> messages;
  for (int i = 0; i < kMessages; ++i) messages.push_back(std::make_unique<Count>(delivered));
  std::vector<std::thread> posters;
  for (std::size_t part = 0; part < 4; ++part) {
    posters.emplace_back([&, part] {
      for (std::size_t i = part; i < kMessages; i += 4) loop->post(*messages[i]);
    });
  }
  for (std::thread& poster : posters) poster.join();
  loop->stop();
  scheduler.join();
  EXPECT_EQ(delivered, kMessages);
}

TEST(Loop, IsWokenWhenTheFirstWakeUpFails) {
  base::FailingKernel kernel(base::system_kernel());
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  struct Arrival final : async::Message {
    void deliver() noexcept override { has_come = true; }
    bool has_come = false;
  } arrival;
  kernel.fail("write", 1, ENOSPC);
  loop->post(arrival);
  loop->turn(10s);
  EXPECT_TRUE(arrival.has_come);
}

TEST(Loop, OwnsKeptObjectsUntilTheyAreRetired) {
  class Tenant final : public LoopOwned {
   public:
    explicit Tenant(std::vector<int>& gone, int name) : gone_(gone), name_(name) {}
    ~Tenant() override { gone_.push_back(name_); }

   private:
    std::vector<int>& gone_;
    const int name_;
  };
  std::vector<int> gone;
  auto loop = Loop::open(base::system_kernel(), TransferKind::Syscall).value();
  std::vector<Tenant*> tenants;
  for (const int name : {1, 2, 3, 4}) {
    auto tenant = std::make_unique<Tenant>(gone, name);
    tenants.push_back(tenant.get());
    loop->keep(std::move(tenant));
  }
  for (const std::size_t place : {1u, 3u}) loop->retire(std::unique_ptr<Retirable>(tenants[place]));
  loop->turn(0ms);
  EXPECT_EQ(gone, (std::vector{2, 4})) << "in the order they were retired";
  loop.reset();
  EXPECT_EQ(gone, (std::vector{2, 4, 3, 1}));
}

TEST(Loop, CannotBeOpenedWithoutDescriptors) {
  for (const char* call : {"epoll_create1", "eventfd", "epoll_ctl"}) {
    base::ScriptedKernel kernel;
    kernel.fail(call, 1, EMFILE);
    const auto loop = Loop::open(kernel, TransferKind::Syscall);
    ASSERT_FALSE(loop) << call;
    EXPECT_NE(loop.error().message.find("Too many open files"), std::string::npos);
  }
}

// ---- the hand-off: a loop that is taken in the middle of a job ----

/// Takes the loop from a driver that is inside a job, drives it for a while, and then lets the job
/// end.
struct HandOffTest : testing::Test {
  base::ScriptedKernel kernel;
  std::unique_ptr<Loop> loop = Loop::open(kernel, TransferKind::Syscall).value();
};

TEST_F(HandOffTest, AnotherThreadContinuesWhileAJobIsStuck) {
  std::atomic<bool> release{false};
  std::atomic<bool> inside{false};
  Echo echo(*loop, kernel.make_socket());
  ASSERT_TRUE(loop->watch(echo, {.readable = true}));
  LoopTestJob stuck([&] {
    inside = true;
    inside.notify_all();
    release.wait(false);
  });
  LoopTestJob waiting([] {});
  loop->enqueue(stuck);
  loop->enqueue(waiting);

  std::thread first([&] { EXPECT_EQ(loop->turn(0s), Loop::Turn::Lost); });
  inside.wait(false);
  ASSERT_TRUE(loop->take(loop->look()));

  kernel.at(echo.fd()).incoming = {"still here"};
  EXPECT_EQ(loop->turn(0s), Loop::Turn::Kept);
  EXPECT_TRUE(waiting.finished);
  EXPECT_EQ(kernel.at(echo.fd()).sent, "still here");
  EXPECT_FALSE(stuck.finished);

  release = true;
  release.notify_all();
  first.join();
  loop->turn(0s);
  EXPECT_TRUE(stuck.finished);
}

TEST_F(HandOffTest, ALoopCanBeTakenOnceAndOnlyInsideAJob) {
  EXPECT_FALSE(loop->take(loop->look()));
  std::uint64_t seen = 0;
  LoopTestJob job([&] {
    seen = loop->look();
    EXPECT_TRUE(loop->take(seen));
    EXPECT_FALSE(loop->take(seen));
  });
  loop->enqueue(job);
  EXPECT_EQ(loop->turn(0s), Loop::Turn::Lost);
  EXPECT_FALSE(loop->take(seen));
}

TEST_F(HandOffTest, ALateLookDoesNotTakeALaterJob) {
  std::uint64_t seen = 0;
  LoopTestJob first([&] { seen = loop->look(); });
  LoopTestJob second([&] { EXPECT_FALSE(loop->take(seen)); });
  loop->enqueue(first);
  loop->enqueue(second);
  EXPECT_EQ(loop->turn(0s), Loop::Turn::Kept);
}

TEST(HandOff, RunsEveryJobWhenTakenAtEachOfThem) {
  constexpr int kJobs = 200;
  const auto loop = Loop::open(base::system_kernel(), TransferKind::Syscall).value();
  int finished = 0;
  std::vector<std::unique_ptr<LoopTestJob>> jobs;
  std::vector<std::thread> scheduler;
  const std::function<void()> drive = [&] {
    // Every job takes the loop away from its own driver and gives it to a new thread.
    while (loop->turn(0s) == Loop::Turn::Kept) {
      if (finished == kJobs) return;
    }
  };
  std::mutex mutex;
  for (int i = 0; i < kJobs; ++i) {
    jobs.push_back(std::make_unique<LoopTestJob>(
        [&] {
          ASSERT_TRUE(loop->take(loop->look()));
          const std::lock_guard lock(mutex);
          scheduler.emplace_back(drive);
        },
        [&] { ++finished; }));
    loop->enqueue(*jobs.back());
  }
  drive();
  for (std::size_t i = 0; i < kJobs; ++i) {
    std::thread driver;
    {
      const std::lock_guard lock(mutex);
      driver = std::move(scheduler[i]);
    }
    driver.join();
  }
  EXPECT_EQ(finished, kJobs);
}

TEST(LoopTurn, WaitsForAnyTime) {
  base::ScriptedKernel kernel;
  const auto loop = Loop::open(kernel, TransferKind::Syscall).value();
  const base::Instant before = kernel.monotonic_now();
  for (const base::Duration none : {base::Duration(-1s), base::Duration::min()}) {
    (void)loop->turn(none);
    EXPECT_EQ(kernel.monotonic_now(), before);
  }
  (void)loop->turn(base::Duration::max());
  EXPECT_EQ(kernel.monotonic_now(), before + 1h)
      << "not truncated to the range of epoll_wait's timeout";
}

}  // namespace
}  // namespace mastic::loop
