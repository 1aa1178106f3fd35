#include "mastic/async/blocking_history.h"

#include <gtest/gtest.h>

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

TEST(BlockingHistory, TrustsCodeThatWasQuickOnce) {
  BlockingHistory history;
  EXPECT_FALSE(history.is_trusted());
  history.returned();
  EXPECT_TRUE(history.is_trusted());
}

TEST(BlockingHistory, ForgivesTheFirstBlockButNotTheSecond) {
  BlockingHistory history;
  history.returned();
  history.was_left_behind();
  history.returned();
  EXPECT_TRUE(history.is_trusted());
  EXPECT_FALSE(history.goes_elsewhere());
  history.was_left_behind();
  EXPECT_FALSE(history.is_trusted());
  EXPECT_TRUE(history.goes_elsewhere());
}

TEST(BlockingHistory, TrustsCodeThatBlockedAtFirstAfterAHundredQuickCalls) {
  BlockingHistory history;
  history.was_left_behind();
  for (int i = 0; i < 99; ++i) history.returned();
  EXPECT_FALSE(history.is_trusted());
  history.returned();
  EXPECT_TRUE(history.is_trusted());
}

TEST(BlockingHistory, DoesNotTrustTasksThatKeepBlocking) {
  BlockingHistory history;
  for (int i = 0; i < 1000; ++i) {
    history.was_left_behind();
    history.returned();
  }
  EXPECT_FALSE(history.is_trusted());
}

TEST(BlockingHistory, ReturnsToTheLoopAfterSixteenQuickCallsElsewhere) {
  BlockingHistory history;
  history.was_left_behind();
  history.was_left_behind();
  for (int i = 0; i < 15; ++i) history.took(10us);
  history.took(5ms);
  for (int i = 0; i < 15; ++i) history.took(10us);
  EXPECT_TRUE(history.goes_elsewhere());
  history.took(10us);
  EXPECT_FALSE(history.goes_elsewhere());
  EXPECT_TRUE(history.is_trusted());
}

TEST(BlockingHistory, NeverTrustsCodeMarkedAsBlocking) {
  BlockingHistory history;
  history.mark_blocking();
  for (int i = 0; i < 200; ++i) history.took(1us);
  EXPECT_TRUE(history.goes_elsewhere());
  EXPECT_FALSE(history.is_trusted());
}

TEST(BlockingHistory, TrustsCodeMarkedAsQuickUnlessItHoldsTwoThreads) {
  BlockingHistory history;
  history.mark_quick();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(history.is_trusted());
    history.was_left_behind();
    EXPECT_TRUE(history.is_trusted());
    history.was_left_behind();
    EXPECT_FALSE(history.is_trusted());
    history.came_back();
    history.came_back();
  }
}

}  // namespace
}  // namespace mastic::async
