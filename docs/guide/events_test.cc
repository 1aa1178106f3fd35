// The code of events.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>

using namespace std::chrono_literals;
using mastic::Event;
using mastic::event_stream;
using mastic::Generator;
using mastic::no_more_events;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::sleep_for;
using mastic::SlowReader;
using mastic::Status;
using mastic::to_json;
using mastic::Topic;
using mastic::Topics;
using mastic::testing::TestClient;

namespace {

// ---- a topic ----

Router make_news() {
  Router site;
  Topic news;
  site.get<"/news">([news](Request& request) { return event_stream(request, news); });
  site.post<"/news">([news](Request& request) {
    news.publish(std::string(request.text()));
    return Status::NoContent;
  });
  return site;
}

// ---- JSON, names, ids ----

struct Quote {
  std::string symbol;
  double price = 0;
};

Router make_prices() {
  Router site;
  Topic prices({.history = 100});
  site.get<"/prices">([prices](Request& request) { return event_stream(request, prices); });
  site.put<"/prices/{symbol}">([prices](std::string symbol, mastic::Json<double> price) {
    prices.publish_event("quote", to_json(Quote{symbol, *price}));
    return Status::NoContent;
  });
  return site;
}

// ---- a generator ----

Generator<Event> count_down(int from) {
  for (int left = from; left > 0; --left) {
    co_yield Event(std::to_string(left), "left");
    co_await sleep_for(1s);
  }
  co_yield Event("lift-off");
}

Router make_launch() {
  Router site;
  site.get<"/launch">([](Request& request) {
    if (mastic::last_event_id(request) == "over") return no_more_events();
    return event_stream(request, count_down(3));
  });
  return site;
}

// ---- rooms ----

Router make_rooms() {
  Router site;
  auto rooms = std::make_shared<Topics>(mastic::TopicOptions{.history = 50});
  site.get<"/rooms/{room}/events">([rooms](Request& request, std::string_view room) {
    return event_stream(request, rooms->at(room));
  });
  site.post<"/rooms/{room}">([rooms](Request& request, std::string_view room) {
    rooms->at(room).publish(std::string(request.text()));
    return Status::NoContent;
  });
  return site;
}

// ---- slow readers, heartbeats ----

Router make_dashboard() {
  Router site;
  const Topic prices({.slow_reader = SlowReader::KeepNewest});
  const Topic orders({.slow_reader = SlowReader::Close, .max_waiting = 1000, .history = 1000});
  site.get<"/prices">([prices](Request& request) {
    return event_stream(request, prices, {.heartbeat = 30s, .retry = 10s});
  });
  site.get<"/orders">([orders](Request& request) { return event_stream(request, orders); });
  return site;
}

}  // namespace

TEST(Events, ATopicReachesEveryStream) {
  TestClient client(make_news());
  auto one = client.events("/news");
  auto two = client.events("/news");
  client.post("/news", "It rains.");
  EXPECT_EQ(one.next()->data, "It rains.");
  EXPECT_EQ(two.next()->data, "It rains.");
}

TEST(Events, ABrowserThatComesBackGetsWhatItMissed) {
  TestClient client(make_prices());
  auto events = client.events("/prices");
  client.put("/prices/MSTC", "21.5", {{"Content-Type", "application/json"}});
  const auto quote = events.next();
  EXPECT_EQ(quote->name, "quote");
  EXPECT_EQ(quote->data, R"({"symbol":"MSTC","price":21.5})");
  events.leave();
  client.put("/prices/MSTC", "22", {{"Content-Type", "application/json"}});
  events.reconnect();
  EXPECT_EQ(events.next()->data, R"({"symbol":"MSTC","price":22})");
}

TEST(Events, AGeneratorTellsWhatHappens) {
  TestClient client(make_launch());
  auto events = client.events("/launch");
  EXPECT_EQ(events.next()->data, "3");
  EXPECT_EQ(events.next()->data, "2");
  EXPECT_EQ(events.next()->data, "1");
  EXPECT_EQ(events.next()->data, "lift-off");
  EXPECT_FALSE(events.next());
  EXPECT_EQ(client.get("/launch", {{"Last-Event-ID", "over"}}).status, Status::NoContent);
}

TEST(Events, ARoomHasItsOwnTopic) {
  TestClient client(make_rooms());
  auto tea = client.events("/rooms/tea/events");
  client.post("/rooms/coffee", "not here");
  client.post("/rooms/tea", "hello");
  EXPECT_EQ(tea.next()->data, "hello");
}

TEST(Events, HeartbeatsKeepAStreamOpen) {
  TestClient client(make_dashboard());
  auto events = client.events("/prices");
  client.pass(31s);
  EXPECT_EQ(events.comments(), 1u);
  EXPECT_EQ(events.retry(), 10s);
  EXPECT_EQ(client.get("/orders", {{"Accept", "text/html"}}).status, Status::NotAcceptable);
}
