#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>

#include "mastic/threads/future.h"

namespace mastic::threads {
namespace {

constexpr int kSteps = 300'000;

/// A future that follows `first` over kSteps steps, each of which adds one.
Future<int> long_chain(Future<int> first) {
  for (int i = 0; i < kSteps; ++i) first = first.then([](int value) { return value + 1; });
  return first;
}

TEST(FutureChain, AChainOfAnyLengthNeedsNoStack) {
  Promise<int> promise;
  Future<int> last = long_chain(promise.future());
  promise.set(0);
  EXPECT_EQ(last.get(), kSteps);
}

TEST(FutureChain, AChainOfAnyLengthForwardsAnException) {
  Promise<int> promise;
  Future<int> last = long_chain(promise.future());
  promise.set_error(std::make_exception_ptr(std::runtime_error("no tea")));
  EXPECT_THROW((void)last.get(), std::runtime_error);
}

TEST(FutureChain, AChainOfAnyLengthIsCancelledAtItsBeginning) {
  Promise<int> promise;
  Future<int> last = long_chain(promise.future());
  EXPECT_EQ(last.cancel(), Cancel::Prevented);
  EXPECT_FALSE(promise.begin());
  EXPECT_THROW((void)last.get(), TaskLost);
}

TEST(FutureChain, AChainOfAnyLengthMayBeDropped) {
  Promise<int> promise;
  {
    const Future<int> dropped = long_chain(promise.future());
  }
  promise.set(0);
}

TEST(FutureChain, AFunctionInAChainMayCompleteAnotherFutureAndWaitForIt) {
  Promise<int> outer;
  Future<int> sum = outer.future().then([](int value) {
    Promise<int> inner;
    Future<int> next = inner.future().then([](int one) { return one + 1; });
    inner.set(value);
    return next.get();
  });
  outer.set(40);
  EXPECT_EQ(sum.get(), 41);
}

}  // namespace
}  // namespace mastic::threads
