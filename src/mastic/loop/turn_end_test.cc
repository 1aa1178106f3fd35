#include "mastic/loop/turn_end.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/loop/loop.h"

namespace mastic::loop {
namespace {

using namespace std::chrono_literals;

class Listener final : public TurnEndListener {
 public:
  explicit Listener(TurnEndRank rank, std::function<void()> work = {})
      : TurnEndListener(rank), work_(std::move(work)) {}
  void turn_ends() noexcept override {
    ++told;
    if (work_) work_();
  }
  int told = 0;

 private:
  std::function<void()> work_;
};

struct TurnEndTest : testing::Test {
  std::unique_ptr<Listener> make(TurnEndRank rank, char name) {
    return std::make_unique<Listener>(rank, [this, name] { order += name; });
  }
  TurnEnd turn_end;
  std::string order;
};

TEST_F(TurnEndTest, CallsByRankAndThenInTheOrderOfAdding) {
  const auto records = make(TurnEndRank::Records, 'R');
  const auto second = make(TurnEndRank::Messages, '2');
  const auto third = make(TurnEndRank::Messages, '3');
  const auto topics = make(TurnEndRank::Topics, 'T');
  const auto frames = make(TurnEndRank::Frames, 'F');
  for (Listener* const each :
       {records.get(), second.get(), third.get(), topics.get(), frames.get()}) {
    turn_end.add(*each);
  }
  turn_end.tell();
  EXPECT_EQ(order, "T23FR");
}

TEST_F(TurnEndTest, CallsAListenerOnceHoweverOftenItWasAdded) {
  const auto one = make(TurnEndRank::Frames, 'x');
  EXPECT_FALSE(one->waits_for_turn_end());
  turn_end.add(*one);
  turn_end.add(*one);
  EXPECT_TRUE(one->waits_for_turn_end());
  turn_end.tell();
  turn_end.tell();
  EXPECT_EQ(order, "x");
  turn_end.add(*one);
  turn_end.tell();
  EXPECT_EQ(order, "xx");
}

TEST_F(TurnEndTest, CallsListenersOfHigherRanksThatWereAddedMeanwhile) {
  const auto records = make(TurnEndRank::Records, 'R');
  Listener frames(TurnEndRank::Frames, [&] {
    order += 'F';
    turn_end.add(*records);
  });
  Listener topics(TurnEndRank::Topics, [&] {
    order += 'T';
    turn_end.add(frames);
    turn_end.add(*records);
  });
  turn_end.add(topics);
  turn_end.tell();
  EXPECT_EQ(order, "TFR");
}

TEST_F(TurnEndTest, DoesNotCallDestroyedListeners) {
  auto first = make(TurnEndRank::Topics, '1');
  const auto second = make(TurnEndRank::Topics, '2');
  auto third = make(TurnEndRank::Topics, '3');
  for (Listener* const each : {first.get(), second.get(), third.get()}) turn_end.add(*each);
  first.reset();
  third.reset();
  turn_end.tell();
  EXPECT_EQ(order, "2");
}

TEST_F(TurnEndTest, DoesNotCallListenersThatAreDestroyedDuringTheCalls) {
  auto goes = make(TurnEndRank::Frames, 'g');
  auto goes_too = make(TurnEndRank::Records, 'r');
  const auto stays = make(TurnEndRank::Frames, 's');
  Listener first(TurnEndRank::Frames, [&] {
    goes.reset();
    goes_too.reset();
  });
  turn_end.add(first);
  turn_end.add(*goes);
  turn_end.add(*stays);
  turn_end.add(*goes_too);
  turn_end.tell();
  EXPECT_EQ(order, "s");
}

TEST_F(TurnEndTest, AListenerMayOutliveIt) {
  const auto outlives = make(TurnEndRank::Frames, 'x');
  {
    TurnEnd goes;
    goes.add(*outlives);
  }
  EXPECT_FALSE(outlives->waits_for_turn_end());
  turn_end.add(*outlives);
  turn_end.tell();
  EXPECT_EQ(order, "x");
}

using TurnEndDeathTest = TurnEndTest;

TEST_F(TurnEndDeathTest, AListenerMayOnlyAddListenersOfHigherRanks) {
  const auto topics = make(TurnEndRank::Topics, 't');
  Listener frames(TurnEndRank::Frames, [&] { turn_end.add(*topics); });
  turn_end.add(frames);
  EXPECT_DEATH(turn_end.tell(), "rank >= least_");
  Listener again(TurnEndRank::Records, [&] { turn_end.add(again); });
  TurnEnd other;
  other.add(again);
  turn_end.add(again);
  EXPECT_DEATH(turn_end.tell(), "rank >= least_");
}

// ---- in a loop ----

/// Gathers what is written in a turn, and puts it into the outbox in one piece when the turn ends.
class Gatherer final : public Socket, public TurnEndListener {
 public:
  Gatherer(Loop& loop, int fd, TurnEndRank rank = TurnEndRank::Records)
      : Socket(fd), TurnEndListener(rank), loop_(loop) {}
  void write(std::string_view text) {
    gathered_ += text;
    loop_.tell_at_turn_end(*this);
  }
  void turn_ends() noexcept override {
    const std::string piece = "[" + std::exchange(gathered_, {}) + "]";
    std::memcpy(loop_.outbox().prepare(*this, piece.size()), piece.data(), piece.size());
    loop_.outbox().commit(*this, piece.size());
  }
  void ready(Readiness) noexcept override {}
  void received(ssize_t, std::string_view) noexcept override {}
  bool keep_unsent(std::string_view, int) noexcept override { return true; }
  void sent(std::size_t, std::size_t, int) noexcept override {
    if (when_sent) when_sent();
  }
  std::function<void()> when_sent;

 private:
  Loop& loop_;
  std::string gathered_;
};

class TurnTestJob final : public async::Job {
 public:
  explicit TurnTestJob(std::function<void()> run, std::function<void()> finish = {})
      : run_(std::move(run)), finish_(std::move(finish)) {}
  void run() noexcept override { run_(); }
  void finish() noexcept override {
    if (finish_) finish_();
  }

 private:
  std::function<void()> run_;
  std::function<void()> finish_;
};

struct LoopTurnEndTest : testing::Test {
  base::ScriptedKernel kernel;
  std::unique_ptr<Loop> loop = Loop::open(kernel, TransferKind::Syscall).value();
  Gatherer gatherer{*loop, kernel.make_socket()};
  std::string sent() { return kernel.at(gatherer.fd()).sent; }
};

TEST_F(LoopTurnEndTest, GatheredWritesLeaveAtTheEndOfTheTurnInOnePiece) {
  TurnTestJob job([] {},
                  [&] {
                    gatherer.write("two ");
                    gatherer.write("three");
                  });
  TurnTestJob before([] {}, [&] { gatherer.write("one "); });
  loop->enqueue(before);
  loop->enqueue(job);
  loop->turn(0s);
  EXPECT_EQ(sent(), "[one two three]");
  EXPECT_EQ(kernel.calls("send"), 1);
}

TEST_F(LoopTurnEndTest, WritesGatheredAfterASendLeaveInTheSameTurn) {
  int left = 3;
  gatherer.when_sent = [&] {
    if (left-- > 0) gatherer.write(std::to_string(left));
  };
  gatherer.write("first");
  loop->turn(0s);
  EXPECT_EQ(sent(), "[first][2][1][0]");
}

TEST_F(LoopTurnEndTest, ATurnWithoutGatheredWritesCallsNoListener) {
  gatherer.write("x");
  loop->turn(0s);
  loop->turn(0s);
  EXPECT_EQ(sent(), "[x]");
}

TEST_F(LoopTurnEndTest, TheNewDriverPassesOnGatheredWrites) {
  gatherer.write("gathered");
  TurnTestJob stuck([&] { ASSERT_TRUE(loop->take(loop->look())); },
                    [&] { gatherer.write("later"); });
  loop->enqueue(stuck);
  EXPECT_EQ(loop->turn(0s), Loop::Turn::Lost);
  EXPECT_EQ(sent(), "");
  loop->turn(0s);
  EXPECT_TRUE(sent().starts_with("[gathered"));
  loop->turn(0s);
  EXPECT_TRUE(sent().ends_with("later]"));
}

TEST_F(LoopTurnEndTest, ALoopTakenAtEveryJobPassesOnEverythingOnceAndInOrder) {
  constexpr int kJobs = 100;
  std::vector<std::unique_ptr<TurnTestJob>> jobs;
  std::string expected;
  for (int i = 0; i < kJobs; ++i) {
    const std::string text = std::to_string(i) + " ";
    expected += text;
    jobs.push_back(std::make_unique<TurnTestJob>([&] { ASSERT_TRUE(loop->take(loop->look())); },
                                                 [&, text] { gatherer.write(text); }));
    loop->enqueue(*jobs.back());
  }
  for (int lost = 0; lost < kJobs; ++lost) {  // each on its own thread, one after the other
    std::thread([&] { EXPECT_EQ(loop->turn(0s), Loop::Turn::Lost); }).join();
  }
  loop->turn(0s);
  loop->turn(0s);
  std::string got = sent();
  std::erase_if(got, [](char c) { return c == '[' || c == ']'; });
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace mastic::loop
