// Accepting connections and spreading them over shards, on a scripted network.

#include "mastic/net/accepting_shard.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;

/// Keeps the sockets that it is given.
class TestAcceptingShard final : public AcceptingShard {
 public:
  TestAcceptingShard(loop::Loop& loop, base::Log& log, ShardCounters& counters)
      : AcceptingShard(loop, log, counters, 10s) {}
  void abort_all() noexcept override {
    while (!sockets.empty()) end_one();
  }
  void end_one() noexcept {
    sockets.pop_back();
    connection_over();
  }

  std::vector<base::Descriptor> sockets;
  std::size_t room = 1000;
  std::uint64_t admitted = 1000;
  int rooms_made = 0;

 private:
  bool has_room() noexcept override { return sockets.size() < room; }
  bool admits(std::uint64_t others) noexcept override { return others < admitted; }
  void serve(base::Descriptor socket, base::Endpoint) override {
    sockets.push_back(std::move(socket));
    connection_begun();
  }
  void make_room() noexcept override { ++rooms_made; }
  std::string_view bounding_option() const noexcept override { return "some_bound"; }
  void drain_all() noexcept override {}
  bool is_empty() noexcept override { return sockets.empty(); }
};

struct AcceptingShardTest : testing::Test {
  ~AcceptingShardTest() override {
    for (TestAcceptingShard* const shard : {&one, &other}) {
      shard->abort_all();
      shard->drain();
    }
    turn();
    EXPECT_EQ(counters.open(), 0u);
  }
  void turn(int times = 3) {
    for (int i = 0; i < times; ++i) {
      for (const auto& loop : loops) loop->turn(0s);
    }
  }
  int connect() {
    const int fd = kernel.connect_to(listener.fd());
    turn();
    return fd;
  }

  base::ScriptedKernel kernel;
  base::RecordingLog log;
  ShardCounters counters;
  std::unique_ptr<loop::Loop> loops[2] = {
      loop::Loop::open(kernel, loop::TransferKind::Syscall).value(),
      loop::Loop::open(kernel, loop::TransferKind::Syscall).value()};
  Listener listener = Listener::open(kernel, *base::Address::parse("127.0.0.1:7000")).value();
  TestAcceptingShard one{*loops[0], log, counters};
  TestAcceptingShard other{*loops[1], log, counters};
};

TEST_F(AcceptingShardTest, PausesWithoutRoomAndContinuesWhenAConnectionEnds) {
  one.room = 1;
  ASSERT_TRUE(one.accept_from(listener));
  connect();
  connect();
  EXPECT_EQ(one.sockets.size(), 1u);
  EXPECT_EQ(counters.open(), 1u);
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_NE(log.lines[0].find("no room for another connection (some_bound); accepting pauses"),
            std::string::npos);
  one.end_one();
  turn();
  EXPECT_EQ(one.sockets.size(), 1u);
}

TEST_F(AcceptingShardTest, RetriesSoonBecauseOtherShardsMayMakeRoom) {
  one.room = 0;
  ASSERT_TRUE(one.accept_from(listener));
  connect();
  EXPECT_TRUE(one.sockets.empty());
  one.room = 1;
  kernel.advance(51ms);
  turn();
  EXPECT_EQ(one.sockets.size(), 1u);
}

TEST_F(AcceptingShardTest, ClosesConnectionsThatAreNotAdmitted) {
  one.admitted = 1;
  ASSERT_TRUE(one.accept_from(listener));
  const int first = connect();
  const int second = connect();
  EXPECT_TRUE(kernel.at(first).open);
  EXPECT_FALSE(kernel.at(second).open);
  EXPECT_EQ(counters.open(), 1u);
}

TEST_F(AcceptingShardTest, HandsConnectionsOverToAShardWithMarkedlyFewer) {
  one.set_peers({&one, &other});
  ASSERT_TRUE(one.accept_from(listener));
  for (int i = 0; i < 30; ++i) connect();
  EXPECT_EQ(counters.open(), 30u);
  EXPECT_LE(one.sockets.size(), other.sockets.size() + 9);
  EXPECT_GE(other.sockets.size(), 10u);
}

TEST_F(AcceptingShardTest, ADrainServesWaitingClientsAndNoLaterOnes) {
  ASSERT_TRUE(one.accept_from(listener));
  kernel.connect_to(listener.fd());
  one.drain();
  EXPECT_EQ(one.sockets.size(), 1u);
  EXPECT_FALSE(one.is_settled());
  connect();
  EXPECT_EQ(one.sockets.size(), 1u);
  one.end_one();
  EXPECT_TRUE(one.is_settled());
}

/// A connection that one shard hands over to the other while both end. The other one has ended when
/// it arrives.
struct LateConnectionTest : AcceptingShardTest {
  LateConnectionTest() {
    EXPECT_TRUE(one.accept_from(listener));
    for (int i = 0; i < 20; ++i) connect();
    one.set_peers({&one, &other});
    late = kernel.connect_to(listener.fd());
  }
  int late = -1;
};

TEST_F(LateConnectionTest, IsClosedWhenItsShardWasAborted) {
  for (TestAcceptingShard* const each : {&one, &other}) {
    each->order_drain();
    each->order_abort();
  }
  loops[1]->turn(0s);
  loops[0]->turn(0s);
  turn();
  EXPECT_FALSE(kernel.at(late).open);
  EXPECT_TRUE(one.is_settled());
  EXPECT_TRUE(other.is_settled());
}

TEST_F(LateConnectionTest, IsClosedWhenTheDeadlineOfItsShardHasPassed) {
  other.drain();
  kernel.advance(10s + 1ms);
  loops[1]->turn(0s);
  one.drain();  // late, because its loop was held up
  turn();
  EXPECT_FALSE(kernel.at(late).open);
  EXPECT_TRUE(other.is_settled());
}

TEST_F(AcceptingShardTest, RetriesWhenTheLoopCannotWatchTheListener) {
  one.room = 0;
  ASSERT_TRUE(one.accept_from(listener));
  connect();
  one.room = 1;
  kernel.fail("epoll_ctl", 1, ENOMEM);
  kernel.advance(51ms);
  turn();
  EXPECT_TRUE(one.sockets.empty());
  EXPECT_EQ(one.rooms_made, 1);
  kernel.advance(51ms);
  turn();
  EXPECT_EQ(one.sockets.size(), 1u);
}

}  // namespace
}  // namespace mastic::net
