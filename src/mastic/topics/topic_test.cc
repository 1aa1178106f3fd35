#include "mastic/topics/topic.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <stdexcept>

#include "mastic/base/kernel_testing.h"
#include "mastic/topics/reader_testing.h"
#include "mastic/topics/subscriber.h"

namespace mastic::topics {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct TopicTest : testing::Test {
  std::unique_ptr<loop::Loop> open() {
    return loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  }
  void turn() { loop->turn(0s); }

  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop = open();
  Topic topic;
};

TEST_F(TopicTest, PassesMessagesOnToAllSubscribersInOrder) {
  Reader one;
  Reader two;
  const Subscription first(*loop, topic, one);
  const Subscription second(*loop, topic, two);
  EXPECT_EQ(topic.subscribers(), 2u);
  EXPECT_EQ(topic.publish("a"), 1u);
  EXPECT_EQ(topic.publish("b"), 1u);
  turn();
  EXPECT_EQ(one.got, (Texts{"a", "b"}));
  EXPECT_EQ(two.got, (Texts{"a", "b"}));
  EXPECT_EQ(one.messages, two.messages) << "a message is shared";
  topic.publish("c");
  turn();
  EXPECT_EQ(one.got, (Texts{"a", "b", "c"}));
}

TEST_F(TopicTest, ReachesTheSubscribersOfAllLoops) {
  const auto other = open();
  Reader here;
  Reader there;
  const Subscription first(*loop, topic, here);
  const Subscription second(*other, topic, there);
  EXPECT_EQ(topic.publish("a"), 2u);
  turn();
  EXPECT_EQ(here.got, Texts{"a"});
  EXPECT_EQ(there.got, Texts{});
  other->turn(0s);
  EXPECT_EQ(there.messages, here.messages);
}

TEST_F(TopicTest, WakesALoopOnceForSeveralMessages) {
  Reader reader;
  const Subscription subscription(*loop, topic, reader);
  const int before = kernel.calls("write");
  for (int i = 0; i < 100; ++i) topic.publish("a");
  EXPECT_EQ(kernel.calls("write"), before + 1);
  turn();
  EXPECT_EQ(reader.got.size(), 100u);
}

TEST_F(TopicTest, CostsNothingWithoutSubscribers) {
  Reader reader;
  {
    const Subscription gone(*loop, topic, reader);
  }
  const int before = kernel.calls("write");
  EXPECT_EQ(topic.publish("a"), 0u);
  EXPECT_EQ(kernel.calls("write"), before) << "no loop is woken";
}

TEST_F(TopicTest, EndsWithTheSubscription) {
  Reader reader;
  std::optional<Subscription> subscription(std::in_place, *loop, topic, reader);
  topic.publish("a");
  subscription.reset();
  turn();
  EXPECT_EQ(reader.got, Texts{}) << "nothing is delivered to who has left";
  EXPECT_EQ(topic.subscribers(), 0u);
  EXPECT_EQ(topic.publish("b"), 0u);
  subscription.emplace(*loop, topic, reader);
  EXPECT_EQ(topic.publish("c"), 1u);
  turn();
  EXPECT_EQ(reader.got, Texts{"c"});
}

TEST_F(TopicTest, EndsWhenTheSubscriberWantsNoMore) {
  Reader reader;
  reader.most = 1;
  const Subscription subscription(*loop, topic, reader);
  topic.publish("a");
  topic.publish("b");
  turn();
  EXPECT_EQ(reader.got, Texts{"a"});
  EXPECT_FALSE(subscription);
  EXPECT_EQ(topic.publish("c"), 0u);
}

TEST_F(TopicTest, ASubscriptionMayEndWhileAnotherGetsAMessage) {
  std::deque<Reader> readers(4);
  std::vector<Subscription> subscriptions;
  for (Reader& reader : readers) subscriptions.emplace_back(*loop, topic, reader);
  readers[1].then = [&] {
    subscriptions.erase(subscriptions.begin() + 1, subscriptions.end() - 1);
  };
  topic.publish("a");
  topic.publish("b");
  turn();
  EXPECT_EQ(readers[0].got, (Texts{"a", "b"}));
  EXPECT_EQ(readers[1].got, Texts{"a"}) << "its own subscription has ended";
  EXPECT_EQ(readers[2].got, Texts{});
  EXPECT_EQ(readers[3].got, (Texts{"a", "b"}));
}

TEST_F(TopicTest, AllSubscriptionsMayEndDuringADelivery) {
  std::deque<Reader> readers(3);
  std::vector<Subscription> subscriptions;
  for (Reader& reader : readers) subscriptions.emplace_back(*loop, topic, reader);
  readers[1].then = [&] { subscriptions.clear(); };
  topic.publish("a");
  turn();
  EXPECT_EQ(topic.subscribers(), 0u);
  EXPECT_EQ(topic.publish("b"), 0u);
}

TEST_F(TopicTest, WhoSubscribesDuringADeliveryGetsWhatIsPublishedLater) {
  Reader old;
  Reader fresh;
  std::optional<Subscription> later;
  const Subscription subscription(*loop, topic, old);
  old.then = [&] {
    if (!later) later.emplace(*loop, topic, fresh);
  };
  topic.publish("a");
  turn();
  topic.publish("b");
  turn();
  EXPECT_EQ(old.got, (Texts{"a", "b"}));
  EXPECT_EQ(fresh.got, Texts{"b"});
}

TEST_F(TopicTest, AMovedSubscriptionKeepsItsPlace) {
  Reader one;
  Reader two;
  std::vector<Subscription> kept;
  kept.emplace_back(*loop, topic, one);
  kept.emplace_back(*loop, topic, two);
  topic.publish("a");
  turn();
  std::swap(kept[0], kept[1]);
  one.then = [&] { kept.reserve(kept.capacity() + 1); };
  topic.publish("b");
  topic.publish("c");
  turn();
  EXPECT_EQ(one.got, (Texts{"a", "b", "c"}));
  EXPECT_EQ(two.got, (Texts{"a", "b", "c"}));
}

TEST_F(TopicTest, ManySubscribersDoNotHoldTheLoop) {
  std::deque<Reader> readers(3000);
  std::vector<Subscription> subscriptions;
  for (Reader& reader : readers) subscriptions.emplace_back(*loop, topic, reader);
  Topic small;
  Reader other;
  const Subscription subscription(*loop, small, other);
  const auto delivered = [&] {
    std::size_t sum = 0;
    for (const Reader& reader : readers) sum += reader.got.size();
    return sum;
  };
  topic.publish("a");
  small.publish("b");
  turn();
  EXPECT_EQ(delivered(), 1024u);
  topic.publish("c");
  turn();
  EXPECT_EQ(delivered(), 2047u) << "a small topic has its turn in between";
  EXPECT_EQ(other.got, Texts{"b"});
  for (int i = 0; i < 10; ++i) loop->turn(1h);
  EXPECT_EQ(delivered(), 6000u);
  for (const Reader& reader : readers) ASSERT_EQ(reader.got, (Texts{"a", "c"}));
}

TEST_F(TopicTest, KeepsWhatALoopCannotKeepUpWithWithinItsBound) {
  Topic few({.max_waiting = 2});
  Topic newest({.slow_reader = SlowReader::KeepNewest});
  Topic brief({.max_waiting_bytes = 5});
  Reader reader;
  const Subscription to_few(*loop, few, reader);
  const Subscription to_newest(*loop, newest, reader);
  const Subscription to_short(*loop, brief, reader);
  for (const char* text : {"a", "b", "c"}) few.publish(text);
  for (const char* text : {"d", "e", "f"}) newest.publish(text);
  for (const char* text : {"ggg", "hh", "iii", "too long, but the newest"}) brief.publish(text);
  turn();
  EXPECT_EQ(reader.got, (Texts{"b", "c", "f", "too long, but the newest"}));
}

TEST_F(TopicTest, EndsSubscriptionsThatMayNotMissAMessage) {
  Topic strict({.slow_reader = SlowReader::Close, .max_waiting = 2});
  Reader early;
  Reader late;
  const Subscription first(*loop, strict, early);
  for (const char* text : {"a", "b", "c"}) strict.publish(text);
  const Subscription second(*loop, strict, late);
  strict.publish("d");
  turn();
  EXPECT_EQ(early.got, Texts{});
  EXPECT_EQ(early.times_behind, 1);
  EXPECT_FALSE(first);
  EXPECT_EQ(late.got, Texts{"d"});
  EXPECT_EQ(late.times_behind, 0);
}

TEST_F(TopicTest, RefusesTextThatIsNotUtf8) {
  EXPECT_THROW(topic.publish("\xff"), std::invalid_argument);
  EXPECT_THROW(topic.publish_event("a", "\xff"), std::invalid_argument);
  for (const std::string& name : Texts{"\xff", "a\nb", "a\rb", std::string("a\0b", 3)}) {
    EXPECT_THROW(topic.publish_event(name, ""), std::invalid_argument);
  }
  Reader reader;
  const Subscription subscription(*loop, topic, reader);
  topic.publish_binary("\xff");
  turn();
  EXPECT_TRUE(reader.messages.at(0)->is_binary);
}

// ---- history ----

struct TopicHistory : TopicTest {
  TopicHistory() { topic = Topic({.history = 3, .history_bytes = 100}); }
  /// What a subscriber that has got `last` is given at once.
  Texts replay(MessageId last) {
    Reader reader;
    const Subscription subscription(*loop, topic, reader, last);
    missed = subscription.missed_messages();
    return reader.got;
  }
  MessageId now() {
    Reader reader;
    return Subscription(*loop, topic, reader).began_after();
  }
  bool missed = false;
};

TEST_F(TopicHistory, ReplaysWhatFollowsAMessage) {
  const MessageId start = now();
  for (const char* text : {"a", "b", "c"}) EXPECT_EQ(topic.publish(text), 0u);
  EXPECT_EQ(now(), (MessageId{start.epoch, 3}));
  EXPECT_EQ(replay(start), (Texts{"a", "b", "c"}));
  EXPECT_EQ(replay({start.epoch, 2}), Texts{"c"});
  EXPECT_EQ(replay({start.epoch, 3}), Texts{});
  EXPECT_FALSE(missed);
}

TEST_F(TopicHistory, SaysThatMessagesAreMissing) {
  const MessageId start = now();
  for (const char* text : {"a", "b", "c", "d"}) topic.publish(text);
  for (const MessageId last : {start, MessageId{start.epoch, 5}, MessageId{start.epoch, UINT64_MAX},
                               MessageId{start.epoch + 1, 4}}) {
    EXPECT_EQ(replay(last), Texts{}) << last.to_string();
    EXPECT_TRUE(missed) << last.to_string();
  }
  EXPECT_EQ(replay({start.epoch, 1}), (Texts{"b", "c", "d"}));
  EXPECT_FALSE(missed);
}

TEST_F(TopicHistory, KeepsNoMoreBytesThanItMay) {
  const MessageId start = now();
  topic.publish(std::string(60, 'a'));
  topic.publish(std::string(60, 'b'));
  EXPECT_EQ(replay(start), Texts{});
  EXPECT_TRUE(missed);
  EXPECT_EQ(replay({start.epoch, 1}), Texts{std::string(60, 'b')});
  topic.publish(std::string(101, 'c'));
  EXPECT_EQ(replay({start.epoch, 2}), Texts{});
  EXPECT_TRUE(missed);
}

TEST_F(TopicHistory, GivesEveryMessageOnceToWhoResumesWhileOthersWait) {
  Reader old;
  const Subscription waits(*loop, topic, old);
  const MessageId start = now();
  topic.publish("a");
  Reader back;
  const Subscription resumed(*loop, topic, back, start);
  EXPECT_EQ(back.got, Texts{"a"});
  topic.publish("b");
  turn();
  EXPECT_EQ(back.got, (Texts{"a", "b"}));
  EXPECT_EQ(old.got, (Texts{"a", "b"}));
}

TEST_F(TopicHistory, ASubscriberMayLeaveDuringTheReplay) {
  const MessageId start = now();
  for (const char* text : {"a", "b"}) topic.publish(text);
  Reader reader;
  reader.most = 1;
  const Subscription subscription(*loop, topic, reader, start);
  EXPECT_EQ(reader.got, Texts{"a"});
  EXPECT_FALSE(subscription);
}

TEST_F(TopicHistory, ATopicThatIsMadeAgainHasAnotherEpoch) {
  const MessageId start = now();
  topic = Topic({.history = 3});
  EXPECT_EQ(replay(start), Texts{});
  EXPECT_TRUE(missed);
}

// ---- ends ----

TEST_F(TopicTest, ALoopMayEndBeforeItsSubscriptionsAndWithMessagesOnTheirWay) {
  Reader reader;
  const Subscription subscription(*loop, topic, reader);
  topic.publish("a");
  loop.reset();
  EXPECT_FALSE(subscription);
  EXPECT_EQ(topic.subscribers(), 0u);
  EXPECT_EQ(topic.publish("b"), 0u);
  EXPECT_EQ(reader.got, Texts{});
}

TEST_F(TopicTest, ALoopMayEndInTheMiddleOfADelivery) {
  std::deque<Reader> readers(2000);
  std::vector<Subscription> subscriptions;
  for (Reader& reader : readers) subscriptions.emplace_back(*loop, topic, reader);
  topic.publish("a");
  turn();
  loop.reset();
  EXPECT_EQ(topic.publish("b"), 0u);
}

TEST_F(TopicTest, ATopicMayEndBeforeItsSubscriptions) {
  Reader reader;
  std::optional<Topic> brieflived(std::in_place);
  const Subscription subscription(*loop, *brieflived, reader);
  brieflived->publish("a");
  brieflived.reset();
  turn();
  EXPECT_EQ(reader.got, Texts{"a"});
}

TEST(MessageId, IsReadAsItIsWritten) {
  for (const MessageId id :
       {MessageId{}, MessageId{0xabc, 12}, MessageId{UINT64_MAX, UINT64_MAX}}) {
    EXPECT_EQ(MessageId::parse(id.to_string()), id);
  }
  EXPECT_EQ((MessageId{0xabc, 12}).to_string(), "abc-12");
  for (const char* bad :
       {"", "-", "abc", "abc-", "-12", "abc-12 ", " abc-12", "abc-012", "0abc-12", "ABC-12",
        "abc-1-2", "abc-+1", "0x1-1", "11111111111111111-1", "1-18446744073709551616"}) {
    EXPECT_EQ(MessageId::parse(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace mastic::topics
