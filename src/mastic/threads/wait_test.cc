#include "mastic/threads/wait.h"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <vector>

#include "mastic/threads/blocking_scope_testing.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

std::exception_ptr no_milk() { return std::make_exception_ptr(std::runtime_error("no milk")); }

TEST(Wait, IteratesOverFuturesThatAreDoneInTime) {
  Promise<int> quick;
  Promise<int> slow;
  std::vector<Future<int>> futures;
  futures.push_back(slow.future());
  futures.push_back(quick.future());
  quick.set(1);
  std::vector<int> got;
  auto in_time = as_completed_for(futures, 1ms);
  EXPECT_EQ(in_time.left(), 2u);
  for (Future<int>& future : in_time) got.push_back(future.get());
  EXPECT_EQ(got, std::vector{1});
  EXPECT_EQ(in_time.left(), 1u);
  slow.set(2);
  EXPECT_EQ(futures.front().get(), 2);
}

TEST(Wait, WaitsForTheFirstThatFails) {
  Promise<int> well;
  Promise<int> badly;
  Promise<int> slow;
  std::vector<Future<int>> futures;
  for (Promise<int>* each : {&well, &badly, &slow}) futures.push_back(each->future());
  well.set(1);
  EXPECT_EQ(wait_first_failure_for(futures, 1ms), std::nullopt);
  {
    BlockingThreads threads;
    threads.start(
        [&] { EXPECT_EQ(wait_first_failure(futures), 1u) << "it does not wait for the slow one"; });
    threads.wait_for_blocked(1);
    badly.set_error(no_milk());
  }
  EXPECT_EQ(describe(futures[1].error()), "no milk");
  slow.set(3);
}

TEST(Wait, WaitsForAllWhenNoneFails) {
  Promise<int> well;
  Promise<int> cancelled;
  std::vector<Future<int>> futures;
  futures.push_back(well.future());
  futures.push_back(cancelled.future());
  EXPECT_EQ(futures.back().cancel(), Cancel::Prevented);
  well.set(1);
  EXPECT_EQ(wait_first_failure(futures), std::nullopt);
  EXPECT_TRUE(wait_all_for(futures, 0s));
  EXPECT_EQ(wait_first_failure(std::vector<Future<int>>()), std::nullopt);
}

}  // namespace
}  // namespace mastic::threads
