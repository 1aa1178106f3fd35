#include "mastic/topics/topics.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/topics/reader_testing.h"

namespace mastic::topics {
namespace {

using namespace std::chrono_literals;

TEST(Topics, ANameStandsForTheSameTopicWhileItIsInUse) {
  base::ScriptedKernel kernel;
  const auto loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  Topics rooms;
  Reader reader;
  const Subscription subscription(*loop, rooms.at("room/7"), reader);
  rooms.at("room/8").publish("not here");
  for (int i = 0; i < 1000; ++i) (void)rooms.at("other/" + std::to_string(i));
  EXPECT_EQ(rooms.at("room/7").publish("hello"), 1u);
  loop->turn(0s);
  EXPECT_EQ(reader.got, std::vector<std::string>{"hello"});
}

TEST(Topics, ForgetsTopicsThatAreNotInUse) {
  Topics rooms;
  const Topic kept = rooms.at("kept");
  for (int i = 0; i < 1000; ++i) (void)rooms.at(std::to_string(i));
  EXPECT_LE(rooms.size(), 128u);
  EXPECT_TRUE(rooms.find("kept"));
  EXPECT_FALSE(rooms.find("0"));
  EXPECT_FALSE(rooms.find("never"));
}

TEST(Topics, ForgetsHistoriesOnlyToMakeRoom) {
  Topics rooms({.history = 10}, 100);
  rooms.at("old").publish("a");
  for (int i = 0; i < 99; ++i) (void)rooms.at(std::to_string(i));
  (void)rooms.at("one more");
  EXPECT_TRUE(rooms.find("old"));
  for (int i = 0; i < 200; ++i) rooms.at(std::to_string(i)).publish("b");
  EXPECT_LE(rooms.size(), 100u);
  EXPECT_FALSE(rooms.find("old"));
}

TEST(Topics, RefusesMoreTopicsThanItMayHave) {
  Topics rooms({}, 2);
  std::vector<Topic> kept{rooms.at("a"), rooms.at("b")};
  EXPECT_THROW((void)rooms.at("c"), std::length_error);
  EXPECT_EQ(rooms.at("a").state(), kept[0].state()) << "those that exist are still found";
  kept.pop_back();
  EXPECT_NO_THROW((void)rooms.at("c"));
}

TEST(Topics, RefusesLongNames) {
  Topics rooms;
  EXPECT_NO_THROW((void)rooms.at(std::string(256, 'a')));
  EXPECT_THROW((void)rooms.at(std::string(257, 'a')), std::invalid_argument);
}

TEST(Topics, MayBeUsedByManyThreads) {
  Topics rooms({}, 100);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&rooms, thread] {
      for (int i = 0; i < 300; ++i) rooms.at(std::to_string((thread + i) % 150)).publish("a");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(rooms.size(), 100u);
}

}  // namespace
}  // namespace mastic::topics
