#include "mastic/loop/disk.h"

#include <gtest/gtest.h>

#include <vector>

#include "mastic/async/blocking_executor_testing.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"

namespace mastic::loop {
namespace {

using namespace std::chrono_literals;

using Read = async::RecordedWork;

struct DiskTest : testing::Test {
  base::ScriptedKernel kernel;
  base::RecordingLog log;
  async::ManualBlockingExecutor threads{4};
  Disk disk{threads, 2, log, kernel};
};

TEST_F(DiskTest, LoopsReadUntilOneOfThemWasHeld) {
  EXPECT_TRUE(disk.has_reserve());
  disk.held_a_loop();
  EXPECT_FALSE(disk.has_reserve());
}

TEST_F(DiskTest, UsesAtMostTheAllowedThreads) {
  std::vector<Read> reads(5);
  for (Read& read : reads) EXPECT_TRUE(disk.submit(read));
  EXPECT_EQ(threads.queued(), 2u);
  threads.take().run();  // runs the reads that wait, too
  for (const Read& read : reads) EXPECT_TRUE(read.has_run);
  EXPECT_EQ(threads.queued(), 0u) << "the other thread is not needed";
}

TEST_F(DiskTest, AnotherThreadContinuesWhenAReadHung) {
  Read hangs([&] { kernel.advance(1min); });
  Read next;
  Read last;
  Disk one_at_a_time(threads, 1, log, kernel);
  for (Read* const read : {&hangs, &next, &last}) EXPECT_TRUE(one_at_a_time.submit(*read));
  threads.take().run();
  EXPECT_FALSE(next.has_run) << "the thread may have been written off";
  EXPECT_EQ(threads.queued(), 1u);
  threads.take().run();
  EXPECT_TRUE(next.has_run && last.has_run);
  EXPECT_EQ(threads.queued(), 0u);
}

TEST_F(DiskTest, ContinuesAfterAReadThatHungWhenNoOtherThreadWouldCome) {
  Read others[4];
  Read hangs([&] {
    kernel.advance(1min);
    for (Read& other : others) EXPECT_TRUE(threads.submit(other));
  });
  Read next;
  Disk one_at_a_time(threads, 1, log, kernel);
  for (Read* const read : {&hangs, &next}) EXPECT_TRUE(one_at_a_time.submit(*read));
  threads.take().run();
  EXPECT_TRUE(next.has_run);
}

TEST_F(DiskTest, WithdrawsWorkThatHasNotBegun) {
  Read first;
  Read second;
  EXPECT_TRUE(disk.submit(first));
  EXPECT_TRUE(disk.submit(second));
  EXPECT_TRUE(disk.withdraw(first));
  EXPECT_FALSE(disk.withdraw(first));
  threads.take().run();
  EXPECT_FALSE(first.has_run);
  EXPECT_TRUE(second.has_run);
  EXPECT_FALSE(disk.withdraw(second));

  Read last;
  EXPECT_TRUE(disk.submit(last));
  EXPECT_TRUE(disk.withdraw(last));
  EXPECT_EQ(threads.queued(), 0u) << "no thread comes for nothing";
}

TEST_F(DiskTest, RefusesWorkWhenNoThreadWouldCome) {
  Read others[4];
  for (Read& other : others) EXPECT_TRUE(threads.submit(other));
  Read read;
  EXPECT_FALSE(disk.submit(read));
  (void)threads.take();
  EXPECT_TRUE(disk.submit(read));
  Read next;
  EXPECT_TRUE(disk.submit(next)) << "the thread that comes does both";
  while (threads.queued() > 0) threads.take().run();
  EXPECT_TRUE(next.has_run);
}

TEST_F(DiskTest, ReadsGoBackToLoopsOnceTheyAreQuickAgain) {
  disk.held_a_loop();
  const auto read_for = [&](base::Duration length) {
    Read read([&] { kernel.advance(length); });
    EXPECT_TRUE(disk.submit(read));
    threads.take().run();
  };
  for (int i = 0; i < 15; ++i) read_for(0ms);
  read_for(20ms);
  for (int i = 0; i < 15; ++i) read_for(0ms);
  EXPECT_FALSE(disk.has_reserve());
  read_for(0ms);
  EXPECT_TRUE(disk.has_reserve());
}

TEST_F(DiskTest, IsLoggedAtMostOnceAMinute) {
  for (int i = 0; i < 3; ++i) disk.held_a_loop();
  EXPECT_EQ(log.lines.size(), 1u);
  kernel.advance(61s);
  disk.held_a_loop();
  EXPECT_EQ(log.lines.size(), 2u);
}

}  // namespace
}  // namespace mastic::loop
