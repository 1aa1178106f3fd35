#include "mastic/app/lifecycle.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace mastic::app {
namespace {

TEST(Lifecycle, ReportsWhatAHookThrowsAndCallsTheOthers) {
  Lifecycle lifecycle;
  std::string events;
  lifecycle.on_stop([&] { events += "last"; });
  lifecycle.on_stop([] { throw std::runtime_error("no disk"); });
  lifecycle.on_stop([&] { events += "first, "; });
  lifecycle.stop([&](const std::string& fault) { events += fault + ", "; });
  EXPECT_EQ(events, "first, on_stop failed: std::runtime_error: no disk, last");
}

TEST(Lifecycle, CallsAllStopHooksEvenWhenReportingFails) {
  Lifecycle lifecycle;
  int stopped = 0;
  lifecycle.on_stop([&] { ++stopped; });
  lifecycle.on_stop([] { throw 42; });
  lifecycle.on_stop([&] { ++stopped; });
  const auto report = [](const std::string&) { throw std::bad_alloc(); };
  lifecycle.stop(report);
  EXPECT_EQ(stopped, 2);
}

}  // namespace
}  // namespace mastic::app
