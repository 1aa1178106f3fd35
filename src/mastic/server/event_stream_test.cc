// Event streams as clients see them: answers without an end, over a server.

#include <cerrno>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/async/sleep.h"
#include "mastic/events/events.h"
#include "mastic/server/http1/http1_fixture_testing.h"
#include "mastic/topics/topic.h"

namespace mastic::server {
namespace {

using async::Generator;
using events::Event;
using topics::SlowReader;
using topics::Topic;

std::string get_events(std::string_view path, std::string_view fields = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string last_id(std::string_view id) { return "Last-Event-ID: " + std::string(id) + "\r\n"; }

/// Takes the chunked coding off `bytes`. At the end of the content, appends "(end)".
std::string join_chunks(std::string_view bytes) {
  std::string content;
  while (!bytes.empty()) {
    std::size_t size = 0;
    const char* const end = std::from_chars(bytes.data(), bytes.data() + 8, size, 16).ptr;
    bytes.remove_prefix(static_cast<std::size_t>(end - bytes.data()) + 2);
    if (size == 0) return content + "(end)";
    content += bytes.substr(0, size);
    bytes.remove_prefix(size + 2);
  }
  return content;
}

struct EventStreamTest : Http1ConnectionTest {
  void SetUp() override { open_site(); }
  void open_site(const Options& options = {}) { open_on(make_site(), options); }
  /// Connects another client.
  int connect() { return fd = server->connect(); }
  /// Asks for a stream and returns its head.
  std::string ask(std::string_view path, std::string_view fields = {}) {
    server->send(fd, get_events(path, fields));
    std::string& sent = server->at(fd).sent;
    const std::size_t end = sent.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    const std::string head = sent.substr(0, end + 2);
    sent.erase(0, end + 4);
    return head;
  }
  /// The events that have arrived since the last call.
  std::string arrived() {
    server->turn(4);
    return join_chunks(server->take(fd));
  }
  /// The id in `text`, which an event stream has sent.
  static std::string id_in(std::string_view text) {
    const std::size_t begin = text.rfind("id: ") + 4;
    return std::string(text.substr(begin, text.find('\n', begin) - begin));
  }

  App make_site() {
    Router site;
    site.get("/news", [this](Request& request) { return events::event_stream(request, news); });
    site.get("/kept", [this](Request& request) { return events::event_stream(request, kept); });
    site.get("/bounded",
             [this](Request& request) { return events::event_stream(request, bounded); });
    site.get("/few", [this](Request& request) { return events::event_stream(request, few); });
    site.get("/newest", [this](Request& request) { return events::event_stream(request, newest); });
    site.get("/strict", [this](Request& request) { return events::event_stream(request, strict); });
    site.get("/slow-retry", [this](Request& request) {
      return events::event_stream(request, kept, {.heartbeat = 1min, .retry = 5s});
    });
    site.get("/ticks", [this](Request& request) { return events::event_stream(request, ticks()); });
    site.post("/say", [this](Request&) {
      for (const char* text : {"one", "two", "three"}) news.publish(text);
      return Status::NoContent;
    });
    site.get("/over", [] { return events::no_more_events(); });
    site.get("/broken", [](Request& request) { return events::event_stream(request, broken()); });
    site.get("/fails", [](Request& request) {
      return events::event_stream(request, fails(0s), {.retry = 5s});
    });
    site.get("/fails-later", [](Request& request) {
      return events::event_stream(request, fails(20s), {.retry = 5s});
    });
    site.get("/id", [](Request& request) {
      return std::string(events::last_event_id(request).value_or("(none)"));
    });
    return std::move(site).build();
  }
  Generator<Event> ticks() {
    const Alive alive(generators);
    for (int i = 1; i <= 3; ++i) {
      co_await async::sleep_for(20s);
      co_yield Event(std::to_string(i), "tick");
    }
  }
  static Generator<Event> broken() {
    co_yield Event("one");
    throw std::runtime_error("the sensor is gone");
  }
  static Generator<Event> fails(base::Duration later) {
    if (later > 0s) co_await async::sleep_for(later);
    throw app::HttpError(Status::NotFound, "There is no such sensor.");
    co_yield Event("never");
  }
  /// Counts the generators that exist.
  struct Alive {
    explicit Alive(int& of) : count(of) { ++count; }
    ~Alive() { --count; }
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;
    int& count;
  };

  Topic news;
  Topic kept{{.history = 3}};
  Topic bounded{{.history = 1000, .history_bytes = 8'000}};
  Topic few{{.max_waiting = 2}};
  Topic newest{{.slow_reader = SlowReader::KeepNewest}};
  Topic strict{{.slow_reader = SlowReader::Close, .max_waiting = 2}};
  int generators = 0;
};

TEST_P(EventStreamTest, SendsTheHeadAtOnceAndEachMessageAsAnEvent) {
  const std::string head = ask("/news");
  EXPECT_NE(head.find("HTTP/1.1 200 OK\r\n"), std::string::npos);
  for (const char* line : {"Content-Type: text/event-stream; charset=utf-8\r\n",
                           "Cache-Control: no-store\r\n", "X-Accel-Buffering: no\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << head;
  }
  EXPECT_EQ(arrived(), "");
  news.publish("hello");
  EXPECT_EQ(arrived(), "data: hello\n\n");
  news.publish_event("two lines", "a\r\nb");
  news.publish_binary("not text");
  news.publish("last");
  EXPECT_EQ(arrived(), "event: two lines\ndata: a\ndata: b\n\ndata: last\n\n");
}

TEST_P(EventStreamTest, SendsTheMessagesOfATurnInOnePiece) {
  ask("/news");
  const int before = server->kernel.calls("send");
  for (int i = 0; i < 10; ++i) news.publish("a");
  EXPECT_EQ(arrived().size(), 10 * std::string_view("data: a\n\n").size());
  if (GetParam() == loop::TransferKind::Syscall) {
    EXPECT_EQ(server->kernel.calls("send"), before + 1);
  }
}

TEST_P(EventStreamTest, AHandlerPublishesInOrderToStreamsOfItsOwnLoop) {
  ask("/news");
  const int reader = fd;
  connect();
  EXPECT_EQ(talk(post("/say", "") + post("/say", "")).size(), 2u);
  fd = reader;
  EXPECT_EQ(arrived(),
            "data: one\n\ndata: two\n\ndata: three\n\ndata: one\n\ndata: two\n\ndata: three\n\n");
}

TEST_P(EventStreamTest, ABrowserThatComesBackGetsWhatItHasMissed) {
  ask("/kept");
  const std::string start = id_in(arrived());
  EXPECT_TRUE(start.ends_with("-0")) << "without an event, the browser has an id from the start";
  kept.publish("a");
  const std::string got = arrived();
  EXPECT_TRUE(got.ends_with("\ndata: a\n\n"));
  kept.publish_event("name", "b");
  kept.publish("c");
  connect();
  ask("/kept", last_id(id_in(got)));
  const std::string missed = arrived();
  EXPECT_TRUE(missed.starts_with("event: name\nid: ")) << missed;
  EXPECT_TRUE(missed.ends_with("\ndata: c\n\n")) << missed;
  kept.publish("d");
  EXPECT_TRUE(arrived().ends_with("\ndata: d\n\n"));
}

TEST_P(EventStreamTest, AReplayIsBoundedByTheHistory) {
  ask("/bounded");
  std::string id = id_in(arrived());
  for (int i = 0; i < 100; ++i) {
    bounded.publish(std::string(1000, 'x'));
    const std::string event = arrived();
    if (i == 92) id = id_in(event);
  }
  const auto ask_again = [&](std::string_view last) {
    connect();
    ask("/bounded", last_id(last));
    return arrived();
  };
  for (int again = 0; again < 3; ++again) {
    const std::string replay = ask_again(id);
    EXPECT_GT(replay.size(), 7 * 1000u) << "seven messages were missed";
    EXPECT_LT(replay.size(), 8 * 1000u);
  }
  EXPECT_LT(ask_again("1-1").size(), 1000u) << "more was missed than is kept: nothing is replayed";
}

TEST_P(EventStreamTest, SaysThatWhatWasMissedIsNotKeptAnyMore) {
  ask("/kept");
  const std::string start = id_in(arrived());
  for (const char* text : {"a", "b", "c", "d"}) kept.publish(text);
  const std::string now = id_in(arrived());
  for (const std::string& id :
       {start, std::string("1-1"), std::string("junk"), std::string(300, '1'), now + "0"}) {
    connect();
    ask("/kept", last_id(id));
    EXPECT_EQ(arrived(), "event: reset\nid: " + now + "\ndata: \n\n") << id;
  }
  connect();
  ask("/kept", last_id(now));
  EXPECT_EQ(arrived(), "");
  connect();
  ask("/news", last_id(now));
  EXPECT_EQ(arrived().substr(0, 13), "event: reset\n")
      << "without a history, everything is missing";
}

TEST_P(EventStreamTest, TellsTheBrowserHowLongToWait) {
  ask("/slow-retry");
  EXPECT_TRUE(arrived().starts_with("retry: 5000\nid: "));
}

TEST_P(EventStreamTest, SendsACommentWhenThereIsNothingElse) {
  ask("/news");
  server->pass(14s);
  EXPECT_EQ(arrived(), "");
  news.publish("a");
  EXPECT_EQ(arrived(), "data: a\n\n");
  server->pass(14s);
  EXPECT_EQ(arrived(), "");
  server->pass(2s);
  EXPECT_EQ(arrived(), ":\n");
  server->pass(15s);
  EXPECT_EQ(arrived(), ":\n");
}

TEST_P(EventStreamTest, EndsTheSubscriptionWhenTheClientEndsItsSide) {
  ask("/news");
  EXPECT_EQ(news.subscribers(), 1u);
  server->at(fd).incoming_ended = true;
  EXPECT_EQ(arrived(), "(end)");
  EXPECT_EQ(news.subscribers(), 0u);
  EXPECT_FALSE(is_open());
}

TEST_P(EventStreamTest, EndsTheSubscriptionOfAClientThatLeavesWithItsRequest) {
  server->at(fd).incoming_ended = true;
  ask("/news");
  EXPECT_EQ(arrived(), "(end)");
  EXPECT_EQ(news.subscribers(), 0u);
}

TEST_P(EventStreamTest, EndsTheSubscriptionWhenTheConnectionIsLost) {
  ask("/news");
  news.publish("a");
  server->at(fd).recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_EQ(news.subscribers(), 0u);
  connect();
  ask("/news");
  server->at(fd).send_error = EPIPE;
  news.publish("b");
  server->turn(4);
  EXPECT_EQ(news.subscribers(), 0u) << "a message that cannot be sent finds it";
}

TEST_P(EventStreamTest, EndsTheSubscriptionOfAClientThatDoesNotRead) {
  ask("/news");
  server->at(fd).room = 0;
  news.publish("a");
  server->pass(31s);
  EXPECT_EQ(news.subscribers(), 0u);
  EXPECT_FALSE(is_open());
}

TEST_P(EventStreamTest, AHeartbeatFindsAClientThatIsGone) {
  ask("/news");
  server->at(fd).send_error = EPIPE;
  server->pass(16s);
  EXPECT_EQ(news.subscribers(), 0u);
}

TEST_P(EventStreamTest, EndsWithinTheFirstHalfOfADrain) {
  std::vector<int> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(connect());
    ask("/news");
  }
  EXPECT_EQ(news.subscribers(), 40u);
  server->shard->drain();
  server->pass(7500ms);
  EXPECT_GT(news.subscribers(), 0u) << "they do not all come back at once";
  EXPECT_LT(news.subscribers(), 40u);
  news.publish("still here");
  server->pass(7600ms);
  EXPECT_EQ(news.subscribers(), 0u);
  server->pass(1s);  // idle connections are still read for drain_idle
  for (const int client : clients) {
    fd = client;
    EXPECT_TRUE(arrived().ends_with("(end)"));
    EXPECT_TRUE(is_ending());
  }
}

TEST_P(EventStreamTest, AStreamThatBeginsDuringADrainEndsToo) {
  server->send(fd, "GET /ne");  // a request that is on its way when the drain begins
  server->shard->drain();
  server->send(fd, "ws HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(news.subscribers(), 1u);
  server->pass(15s);
  EXPECT_EQ(news.subscribers(), 0u);
}

TEST_P(EventStreamTest, DropsTheOldestMessagesOfASlowReader) {
  ask("/few");
  server->at(fd).room = 0;
  const std::string large(100'000, 'x');
  few.publish(large);
  server->turn(4);
  for (const char* text : {"a", "b", "c", "d"}) {
    few.publish(text);
    server->turn(4);
  }
  server->at(fd).room = SIZE_MAX;
  EXPECT_TRUE(arrived() == "data: " + large + "\n\ndata: c\n\ndata: d\n\n");
}

TEST_P(EventStreamTest, KeepsOnlyTheNewestMessageForASlowReader) {
  ask("/newest");
  server->at(fd).room = 0;
  newest.publish(std::string(100'000, 'x'));
  server->turn(4);
  for (const char* text : {"a", "b", "c", "d"}) {
    newest.publish(text);
    server->turn(4);
  }
  server->at(fd).room = SIZE_MAX;
  EXPECT_TRUE(arrived().ends_with("x\n\ndata: d\n\n"));
}

TEST_P(EventStreamTest, EndsTheStreamOfASlowReaderWhoMayNotMissAMessage) {
  ask("/strict");
  server->at(fd).room = 0;
  strict.publish(std::string(100'000, 'x'));
  server->turn(4);
  for (const char* text : {"a", "b", "c"}) {
    strict.publish(text);
    server->turn(4);
  }
  EXPECT_EQ(strict.subscribers(), 0u);
  server->at(fd).room = SIZE_MAX;
  EXPECT_TRUE(arrived().ends_with("x\n\n(end)"));
}

TEST_P(EventStreamTest, ALargeMessageIsNotCopiedForEachReader) {
  Topic topic({.max_waiting_bytes = 10 << 20});
  open_on(App([&](Request& request) { return events::event_stream(request, topic); }));
  for (int i = 0; i < 10; ++i) {
    connect();
    ask("/");
    server->at(fd).room = 0;
  }
  topic.publish(std::string(5 << 20, 'x'));
  server->turn(5);
  EXPECT_LT(server->counters.held_bytes(), 1u << 20);
  server->at(fd).room = SIZE_MAX;
  EXPECT_EQ(arrived().size(), (5u << 20) + std::string_view("data: \n\n").size());
}

TEST_P(EventStreamTest, SendsWhatAGeneratorYieldsAndHeartbeatsBetween) {
  ask("/ticks");
  EXPECT_EQ(arrived(), "");
  server->pass(16s);
  EXPECT_EQ(arrived(), ":\n");
  server->pass(5s);
  EXPECT_EQ(arrived(), "event: tick\ndata: 1\n\n");
  server->pass(40s);
  EXPECT_EQ(arrived(), ":\nevent: tick\ndata: 2\n\n:\nevent: tick\ndata: 3\n\n(end)");
  EXPECT_EQ(generators, 0);
  EXPECT_EQ(talk(kGet).at(0).status, Status::NotFound) << "the connection is used again";
}

TEST_P(EventStreamTest, AGeneratorEndsWithItsClient) {
  ask("/ticks");
  EXPECT_EQ(generators, 1);
  server->at(fd).incoming_ended = true;
  EXPECT_EQ(arrived(), "(end)");
  EXPECT_EQ(generators, 0);
  connect();
  ask("/ticks");
  server->at(fd).recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_EQ(generators, 0);
}

TEST_P(EventStreamTest, AGeneratorThatThrowsAbortsTheStream) {
  ask("/broken");
  EXPECT_EQ(arrived(), "data: one\n\n") << "no regular end: the browser connects again";
  EXPECT_TRUE(server->at(fd).reset);
  EXPECT_NE(server->log.text().find("the sensor is gone"), std::string::npos);
}

TEST_P(EventStreamTest, AnswersAFailureBeforeTheFirstEventLikeThatOfAHandler) {
  const auto answers = talk(get_events("/fails"));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, Status::NotFound);
  EXPECT_TRUE(answers[0].content.contains("There is no such sensor.")) << answers[0].content;
  EXPECT_TRUE(is_open());
}

TEST_P(EventStreamTest, TellsTheClientThatTheStreamIsOpenBeforeTheGeneratorHasAnEvent) {
  EXPECT_TRUE(ask("/fails-later").contains(" 200 OK\r\n"));
  EXPECT_EQ(arrived(), "retry: 5000\n\n");
  server->pass(20s);
  EXPECT_TRUE(server->at(fd).reset) << "too late for another status";
  EXPECT_EQ(arrived(), std::string(events::kHeartbeat)) << "and nothing that looks like an end";
}

TEST_P(EventStreamTest, AnswersWithoutAStreamWhereNoneIsWanted) {
  EXPECT_EQ(talk(get_events("/over")).at(0).status, Status::NoContent);
  EXPECT_EQ(talk(get_events("/news", "Accept: text/html\r\n")).at(0).status, Status::NotAcceptable);
  EXPECT_EQ(talk("HEAD /news HTTP/1.1\r\nHost: a\r\n\r\n", {Method::Head}).at(0).status,
            Status::Ok);
  EXPECT_EQ(news.subscribers(), 0u);
}

TEST_P(EventStreamTest, AClientOfHttp10GetsTheStreamUntilTheConnectionEnds) {
  server->send(fd, "GET /news HTTP/1.0\r\n\r\n");
  news.publish("a");
  server->turn(4);
  EXPECT_TRUE(server->at(fd).sent.ends_with("\r\n\r\ndata: a\n\n"));
  server->at(fd).incoming_ended = true;
  server->turn(4);
  EXPECT_FALSE(is_open());
}

TEST_P(EventStreamTest, ReadsTheLastIdStrictly) {
  const auto id_of = [&](std::string_view fields) {
    return talk(get_events("/id", fields)).at(0).content;
  };
  EXPECT_EQ(id_of(""), "(none)");
  EXPECT_EQ(id_of("Last-Event-ID: 7\r\n"), "7");
  EXPECT_EQ(id_of("Last-Event-ID:\r\n"), "(none)");
  EXPECT_EQ(id_of("Last-Event-ID: \xc3\xa4\r\n"), "\xc3\xa4");
  EXPECT_EQ(id_of("Last-Event-ID: \xff\r\n"), "(none)");
  EXPECT_EQ(id_of(last_id(std::string(257, 'a'))), "(none)");
}

MASTIC_FOR_BOTH_TRANSFERS(EventStreamTest);

}  // namespace
}  // namespace mastic::server
