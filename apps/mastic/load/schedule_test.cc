#include "apps/mastic/load/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace mastic::load {
namespace {

std::vector<Schedule::Clock::duration> moments(double rate, std::uint64_t seed, int count) {
  Schedule schedule(rate, seed);
  schedule.begin_at(Schedule::Clock::time_point{});
  std::vector<Schedule::Clock::duration> found;
  while (count-- > 0) found.push_back(schedule.take().time_since_epoch());
  return found;
}

TEST(LoadSchedule, GivesTheSameMomentsForTheSameSeedOnly) {
  EXPECT_EQ(moments(1000, 7, 100), moments(1000, 7, 100));
  EXPECT_NE(moments(1000, 7, 100), moments(1000, 8, 100));
}

TEST(LoadSchedule, HasTheRateThatIsAskedForOnAverage) {
  const auto found = moments(1000, 1, 100'001);
  const std::chrono::duration<double> all = found.back();
  EXPECT_NEAR(all.count(), 100, 2);
}

TEST(LoadSchedule, HasGapsLikeThoseOfIndependentClients) {
  const auto found = moments(1000, 1, 100'001);
  int longer_than_average = 0;
  for (std::size_t at = 1; at < found.size(); ++at) {
    EXPECT_GE(found[at], found[at - 1]);
    if (found[at] - found[at - 1] > std::chrono::milliseconds(1)) ++longer_than_average;
  }
  EXPECT_NEAR(longer_than_average, 36'788, 1000);  // 1/e of an exponential distribution
}

}  // namespace
}  // namespace mastic::load
