#include "mastic/async/pace.h"

#include <gtest/gtest.h>

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

TEST(Pace, TrustsWhatHasBeenQuickOnce) {
  Pace pace;
  EXPECT_FALSE(pace.is_trusted());
  pace.returned();
  EXPECT_TRUE(pace.is_trusted());
}

TEST(Pace, ForgivesOneBlockAndTrustsNoLongerAfterTheSecond) {
  Pace pace;
  pace.returned();
  pace.was_left_behind();
  pace.returned();
  EXPECT_TRUE(pace.is_trusted());
  EXPECT_FALSE(pace.goes_elsewhere());
  pace.was_left_behind();
  EXPECT_FALSE(pace.is_trusted());
  EXPECT_TRUE(pace.goes_elsewhere());
}

TEST(Pace, WhatBlockedWhenItWasNewIsQuickAfterAHundredCalls) {
  Pace pace;
  pace.was_left_behind();
  for (int i = 0; i < 99; ++i) pace.returned();
  EXPECT_FALSE(pace.is_trusted());
  pace.returned();
  EXPECT_TRUE(pace.is_trusted());
}

TEST(Pace, BlockingTasksAreNotForgivenWhileTheyBlock) {
  Pace pace;
  for (int i = 0; i < 1000; ++i) {
    pace.was_left_behind();
    pace.returned();
  }
  EXPECT_FALSE(pace.is_trusted());
}

TEST(Pace, SixteenQuickCallsElsewhereBringItBack) {
  Pace pace;
  pace.was_left_behind();
  pace.was_left_behind();
  for (int i = 0; i < 15; ++i) pace.took(10us);
  pace.took(5ms);
  for (int i = 0; i < 15; ++i) pace.took(10us);
  EXPECT_TRUE(pace.goes_elsewhere());
  pace.took(10us);
  EXPECT_FALSE(pace.goes_elsewhere());
  EXPECT_TRUE(pace.is_trusted());
}

TEST(Pace, WhatIsMarkedBlockingIsNeverTrusted) {
  Pace pace;
  pace.mark_blocking();
  for (int i = 0; i < 200; ++i) pace.took(1us);
  EXPECT_TRUE(pace.goes_elsewhere());
  EXPECT_FALSE(pace.is_trusted());
}

TEST(Pace, WhatIsMarkedQuickIsTrustedButWhileItHoldsTwoThreads) {
  Pace pace;
  pace.mark_quick();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(pace.is_trusted());
    pace.was_left_behind();
    EXPECT_TRUE(pace.is_trusted());
    pace.was_left_behind();
    EXPECT_FALSE(pace.is_trusted());
    pace.came_back();
    pace.came_back();
  }
}

}  // namespace
}  // namespace mastic::async
