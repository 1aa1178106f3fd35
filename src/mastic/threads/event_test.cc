#include "mastic/threads/event.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

TEST(Event, IsSetUntilItIsCleared) {
  Event event;
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.wait_for(1ms));
  event.set();
  event.set();
  EXPECT_TRUE(event.is_set());
  event.wait();
  EXPECT_TRUE(event.wait_for(0ms));
  event.clear();
  EXPECT_FALSE(event.is_set());
}

TEST(Event, WakesAllWaitingThreads) {
  Event event;
  int result = 0;  // written before the event is set, read after it
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      event.wait();
      EXPECT_EQ(result, 7);
    });
  }
  threads.emplace_back([&] { EXPECT_TRUE(event.wait_for(1h)); });
  result = 7;
  event.set();
}

TEST(Event, AClearThatFollowsAtOnceHoldsNoThreadBack) {
  struct Host final : BlockingHost {
    void blocks() noexcept override { ++blocked; }
    void goes_on() noexcept override {}
    std::atomic<int> blocked = 0;
  } host;
  Event event;
  std::jthread waiter([&] {
    BlockingScope::set_host(&host);
    event.wait();
  });
  while (host.blocked == 0) std::this_thread::yield();
  event.set();
  event.clear();
}

TEST(Event, MayBeDestroyedByAThreadThatWaitedForIt) {
  for (int i = 0; i < 200; ++i) {
    auto event = std::make_unique<Event>();
    std::jthread setter([raw = event.get()] { raw->set(); });
    event->wait();
    event.reset();
  }
}

}  // namespace
}  // namespace mastic::threads
