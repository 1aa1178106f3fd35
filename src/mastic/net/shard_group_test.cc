#include "mastic/net/shard_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/post.h"
#include "mastic/threads/no_thread_testing.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;
using base::Result;
using base::system_kernel;

/// A shard whose work is a number that tests change.
class TestServerShard final : public ServerShard {
 public:
  TestServerShard(loop::Loop& loop, base::Log& log, ShardCounters& counters)
      : ServerShard(loop, log, counters, 10s) {}
  ~TestServerShard() override {
    if (farewell) *farewell += "shard";
    gone_on = std::this_thread::get_id();
  }
  void abort_all() noexcept override {
    while (work > 0) end_one();
  }
  void begin_one() {
    counters().opened();
    ++work;
    begin_work();
  }
  void end_one() noexcept {
    --work;
    counters().closed();
    check_settled();
  }
  void look() noexcept { check_settled(); }

  bool is_open = false;
  int work = 0;
  std::string* farewell = nullptr;
  static inline std::atomic<std::thread::id> gone_on;

 private:
  void close() noexcept override { is_open = false; }
  void drain_all() noexcept override {}
  bool is_empty() noexcept override { return work == 0; }
};

/// A server of TestServerShards.
class Server final : public ShardGroupOwner {
 public:
  ~Server() {
    group.end();
    if (group.runtime() != nullptr) group.wait();
    group.destroy();
  }
  Result<void> begin() {
    for (loop::Loop* const loop : group.loops()) {
      shards.push_back(&group.add(std::make_unique<TestServerShard>(*loop, log, counters)));
    }
    return group.begin([this]() -> Result<void> {
      for (TestServerShard* const shard : shards) {
        if (fails_at-- == 0) return base::fail("cannot begin");
        if (throws_at-- == 0) throw std::bad_alloc();
        group.call(*shard, [shard] {
          shard->is_open = true;
          shard->begin_one();
        });
      }
      return {};
    });
  }
  void end_work() {
    for (TestServerShard* const shard : shards)
      loop::post(shard->loop(), [shard] { shard->end_one(); });
  }
  void all_closed() noexcept override { ++closed; }
  bool may_end() noexcept override { return waits_for == 0 || --waits_for == 0; }
  void ended() noexcept override { ++ends; }

  base::RecordingLog log;
  ShardCounters counters;
  ShardGroup group{*this};
  std::vector<TestServerShard*> shards;
  int fails_at = -1;
  int throws_at = -1;
  std::atomic<int> closed{0};
  std::atomic<int> ends{0};
  std::atomic<int> waits_for{0};
};

struct ShardGroupTest : testing::Test {
  base::RecordingLog log;
  std::unique_ptr<loop::Runtime> runtime =
      loop::Runtime::open({.loops = 2}, log, system_kernel()).value();
};

TEST_F(ShardGroupTest, IsOverWhenAllShardsHaveSettled) {
  ASSERT_TRUE(runtime->start());
  Server server;
  server.group.stand_on(*runtime);
  ASSERT_TRUE(server.begin());
  server.group.drain();
  runtime->call(server.shards[0]->loop(), [&] { server.shards[0]->end_one(); });
  EXPECT_FALSE(server.group.is_over());
  runtime->call(server.shards[1]->loop(), [&] { server.shards[1]->end_one(); });
  server.group.wait();
  EXPECT_TRUE(server.group.is_over());
  EXPECT_EQ(server.closed, 1);
  EXPECT_EQ(server.ends, 1);
}

TEST_F(ShardGroupTest, WaitsForAConnectionBetweenTwoShards) {
  base::ScriptedKernel kernel;
  const auto loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  Server server;
  server.group.stand_on(*loop);
  ASSERT_TRUE(server.begin());
  server.counters.opened();
  server.shards[0]->end_one();
  server.group.drain();
  loop->turn(0s);
  EXPECT_TRUE(server.shards[0]->is_settled());
  EXPECT_FALSE(server.group.is_over());
  server.counters.closed();
  server.shards[0]->look();
  EXPECT_TRUE(server.group.is_over());
}

TEST_F(ShardGroupTest, AsksItsServerWhetherItMayEnd) {
  base::ScriptedKernel kernel;
  const auto loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  Server server;
  server.waits_for = 3;
  server.group.stand_on(*loop);
  ASSERT_TRUE(server.begin());
  server.group.abort();
  loop->turn(0s);
  while (!server.group.is_over()) server.shards[0]->look();
  EXPECT_EQ(server.waits_for, 0);
  EXPECT_EQ(server.ends, 1);
}

TEST_F(ShardGroupTest, RemembersADrainFromBeforeTheStart) {
  ASSERT_TRUE(runtime->start());
  Server server;
  server.group.drain();
  server.group.stand_on(*runtime);
  ASSERT_TRUE(server.begin());
  server.end_work();
  server.group.wait();
  EXPECT_TRUE(server.group.is_over());
}

TEST_F(ShardGroupTest, AbortsTheStartedShardsWhenAnotherFailsToStart) {
  for (const bool is_driven : {false, true}) {
    if (is_driven) {
      ASSERT_TRUE(runtime->start());
    }
    for (const int at : {0, 1}) {
      Server fails, throws, own;
      fails.fails_at = at;
      throws.throws_at = at;
      own.throws_at = at;
      fails.group.stand_on(*runtime);
      throws.group.stand_on(*runtime);
      ASSERT_TRUE(own.group.open_runtime({.loops = 2}, log, system_kernel()));
      EXPECT_EQ(fails.begin().error().message, "cannot begin");
      EXPECT_EQ(throws.begin().error().message, "out of memory");
      EXPECT_EQ(own.begin().error().message, "out of memory");
    }
  }
}

TEST_F(ShardGroupTest, StartsNoShardWhenTheSystemHasNoThreads) {
  Server server;
  ASSERT_TRUE(server.group.open_runtime({.loops = 2}, log, system_kernel()));
  std::optional<threads::NoThread> shortage(std::in_place);
  const auto begun = server.begin();
  shortage.reset();
  ASSERT_FALSE(begun);
  EXPECT_NE(begun.error().message.find("thread"), std::string::npos) << begun.error().message;
  EXPECT_FALSE(server.shards[0]->is_open);
  EXPECT_EQ(server.group.wait(), 0u) << "at once";
}

TEST_F(ShardGroupTest, DestroysShardsOnTheirLoopsAfterWhatTheyRetired) {
  struct Part final : loop::Retirable {
    explicit Part(std::string& text) : order(text) {}
    ~Part() override { order += "part "; }
    std::string& order;
  };
  ASSERT_TRUE(runtime->start());
  for (int times = 0; times < 100; ++times) {
    std::string order;
    Server server;
    server.group.stand_on(*runtime);
    ASSERT_TRUE(server.begin());
    loop::Loop& loop = server.shards[1]->loop();
    server.shards[1]->farewell = &order;
    server.end_work();
    server.group.drain();
    server.group.wait();
    loop::post(loop, [&] {
      loop.retire(std::make_unique<Part>(order));
      loop.retire(std::make_unique<Part>(order));
    });
    server.group.destroy();
    EXPECT_EQ(order, "part part shard");
    EXPECT_NE(TestServerShard::gone_on.load(), std::this_thread::get_id());
  }
}

TEST(ServerShard, HasNotSettledWhileAnOrderIsPending) {
  base::ScriptedKernel kernel;
  base::RecordingLog log;
  ShardCounters counters;
  const auto loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  TestServerShard shard(*loop, log, counters);
  shard.order_drain();
  EXPECT_FALSE(shard.is_settled());
  loop->turn(0s);
  EXPECT_TRUE(shard.is_settled());
  shard.order_abort();
  EXPECT_FALSE(shard.is_settled()) << "the loop still holds the order";
  loop->turn(0s);
  EXPECT_TRUE(shard.is_settled());
}

TEST(ServerShard, AbortsRemainingWorkAtTheDeadlineEvenIfItHadSettled) {
  base::ScriptedKernel kernel;
  base::RecordingLog log;
  ShardCounters counters;
  const auto loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  TestServerShard shard(*loop, log, counters);
  shard.drain();
  EXPECT_TRUE(shard.is_settled());
  shard.begin_one();
  EXPECT_FALSE(shard.is_settled());
  kernel.advance(10s + 1ms);
  loop->turn(0s);
  EXPECT_TRUE(shard.is_settled());
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_NE(log.lines[0].find("the drain deadline has passed"), std::string::npos);
}

}  // namespace
}  // namespace mastic::net
