#include <gtest/gtest.h>

#include <atomic>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/runtime.h"
#include "mastic/topics/subscriber.h"
#include "mastic/topics/topic.h"

namespace mastic::topics {
namespace {

constexpr int kPublishers = 8;
constexpr int kMessages = 500;

/// Checks that the messages "publisher message" of each publisher arrive in order, and leaves after
/// some of them.
class OrderedReader final : public Subscriber {
 public:
  OrderedReader(loop::Loop& loop, const Topic& topic, int stays_for)
      : left_(stays_for), subscription_(loop, topic, *this) {}

  bool deliver(const std::shared_ptr<const Published>& message,
               const TopicOptions&) noexcept override {
    int publisher = 0;
    int number = 0;
    const char* const begin = message->text.data();
    const char* const end = begin + message->text.size();
    const char* const space = std::from_chars(begin, end, publisher).ptr;
    std::from_chars(space + 1, end, number);
    if (number <= last_[static_cast<std::size_t>(publisher)]) out_of_order = true;
    last_[static_cast<std::size_t>(publisher)] = number;
    if (message->id.number != next_number_ && next_number_ != 0) out_of_order = true;
    next_number_ = message->id.number + 1;
    form = &message->in_form(Published::Form::Event, [](const Published& of) { return of.text; });
    if (*form != message->text) out_of_order = true;
    return --left_ > 0;
  }
  void fell_behind() noexcept override { out_of_order = true; }

  [[nodiscard]] bool has_left() const { return left_ <= 0; }
  bool out_of_order = false;

 private:
  const std::string* form = nullptr;
  std::vector<int> last_ = std::vector<int>(kPublishers, -1);
  std::uint64_t next_number_ = 0;
  int left_;
  Subscription subscription_;
};

/// The readers of one loop: a few at a time, who come and go. Used on the loop.
class Crowd {
 public:
  Crowd(loop::Loop& loop, const Topic& topic) : loop_(loop), topic_(topic) {}
  void change() {
    for (auto& reader : readers_) {
      if (reader && reader->out_of_order) out_of_order = true;
      if (!reader || reader->has_left() || ++turn_ % 3 == 0) {
        reader.emplace(loop_, topic_, 1 + turn_ * 7 % 50);
      }
    }
  }
  void leave() {
    for (auto& reader : readers_) {
      if (reader && reader->out_of_order) out_of_order = true;
      reader.reset();
    }
  }
  bool out_of_order = false;

 private:
  loop::Loop& loop_;
  const Topic& topic_;
  std::array<std::optional<OrderedReader>, 5> readers_;
  int turn_ = 0;
};

void publish_all(const Topic& topic, int publisher) {
  for (int i = 0; i < kMessages; ++i) {
    topic.publish(std::to_string(publisher) + ' ' + std::to_string(i));
    if (i % 16 == 0) std::this_thread::yield();
  }
}

struct TopicThreads : testing::Test {
  TopicThreads() { EXPECT_TRUE(runtime->start()); }
  loop::Loop& loop(std::size_t index) { return *runtime->loops()[index]; }

  base::RecordingLog log;
  std::unique_ptr<loop::Runtime> runtime =
      loop::Runtime::open({.loops = 2}, log, base::system_kernel()).value();
};

TEST_F(TopicThreads, EightThreadsPublishWhileSubscribersComeAndGoOnTwoLoops) {
  const Topic topic({.max_waiting = std::size_t{kPublishers} * kMessages, .history = 16});
  Crowd crowds[] = {Crowd(loop(0), topic), Crowd(loop(1), topic)};
  std::atomic<int> publishing{kPublishers};
  std::vector<std::thread> publishers;
  for (int publisher = 0; publisher < kPublishers; ++publisher) {
    publishers.emplace_back([&, publisher] {
      publish_all(topic, publisher);
      --publishing;
    });
  }
  while (publishing > 0) {
    for (std::size_t i : {0u, 1u}) runtime->call(loop(i), [&] { crowds[i].change(); });
  }
  for (std::thread& publisher : publishers) publisher.join();
  for (std::size_t i : {0u, 1u}) runtime->call(loop(i), [&] { crowds[i].leave(); });
  EXPECT_FALSE(crowds[0].out_of_order);
  EXPECT_FALSE(crowds[1].out_of_order);
  EXPECT_EQ(topic.subscribers(), 0u);
}

TEST_F(TopicThreads, EveryMessageOfEveryThreadArrives) {
  const Topic topic({.max_waiting = std::size_t{kPublishers} * kMessages});
  constexpr int kAll = kPublishers * kMessages;
  std::optional<OrderedReader> readers[2];
  for (std::size_t i : {0u, 1u}) {
    runtime->call(loop(i), [&] { readers[i].emplace(loop(i), topic, kAll); });
  }
  std::vector<std::thread> publishers;
  for (int publisher = 0; publisher < kPublishers; ++publisher) {
    publishers.emplace_back([&, publisher] { publish_all(topic, publisher); });
  }
  for (std::thread& publisher : publishers) publisher.join();
  while (topic.subscribers() > 0) std::this_thread::yield();  // a reader leaves after the last one
  for (std::size_t i : {0u, 1u}) {
    runtime->call(loop(i), [&] {
      EXPECT_TRUE(readers[i]->has_left());
      EXPECT_FALSE(readers[i]->out_of_order);
      readers[i].reset();
    });
  }
}

TEST_F(TopicThreads, LoopsMayEndWhileOthersPublish) {
  const Topic topic;
  std::optional<OrderedReader> readers[2];
  for (std::size_t i : {0u, 1u}) {
    runtime->call(loop(i), [&] { readers[i].emplace(loop(i), topic, INT32_MAX); });
  }
  std::atomic<bool> end{false};
  std::thread publisher([&] {
    for (int i = 0; !end; ++i) topic.publish("0 " + std::to_string(i));
  });
  runtime.reset();
  EXPECT_EQ(topic.subscribers(), 0u);
  end = true;
  publisher.join();
}

}  // namespace
}  // namespace mastic::topics
