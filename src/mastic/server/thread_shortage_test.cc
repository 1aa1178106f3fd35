// Which requests are answered while handlers hold so many threads that few stand by (ADR 0017).

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "mastic/async/event.h"
#include "mastic/async/run_blocking.h"
#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/server/handler_thread_testing.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using app::App;
using app::blocking;
using app::Body;
using app::Request;
using app::Response;
using app::Task;
using http::Status;
using routing::Router;

/// One loop, one worker and two threads in reserve. When two of these threads are held, few stand
/// by.
struct ThreadShortageTest : HandlerThreadTest {
  ThreadShortageTest() {
    options.loop.threads.workers = 1;
    site.get("/quick", [] { return "quick"; });
    site.get("/new", [this] {
      ++entered_new;
      return "new";
    });
    site.get("/hold", [this](Request&) -> Task<std::string> {
      gate.pass();
      co_return "held";
    });
  }
  ~ThreadShortageTest() override {
    gate.open(1000);
    server.reset();  // before the members that its site refers to
  }

  /// Starts the site, and calls its quick routes so that they become trusted.
  void start_site() {
    start(std::move(site));
    be_quick("/quick");
  }
  /// Calls a route so often that it is trusted even if the system paused the thread once.
  void be_quick(std::string_view path) const {
    Client client = connect();
    for (int i = 0; i < 120; ++i) client.get(path);
  }
  void ask(std::string_view path) {
    clients.push_back(connect());
    clients.back().ask(path);
  }
  void hold_threads(std::string_view path = "/hold") {
    ask(path);
    wait_until([&] { return pool().busy == 1; });
    ask(path);
    wait_until([&] { return pool().busy == 2; });
  }
  void expect_quick_answers() const {
    Client client = connect();
    for (int i = 0; i < 20; ++i) ASSERT_EQ(client.get("/quick"), "quick");
  }
  /// `path` is a route whose handlers wait at the gate.
  void expect_others_are_answered_while_threads_are_held_by(std::string_view path) {
    site.mount("/trusted", App([] { return "trusted"; }).quick());
    start_site();
    for (int i = 0; i < 8; ++i) ask(path);
    wait_until([&] { return pool().busy >= 2; });
    expect_quick_answers();
    EXPECT_EQ(connect().get("/trusted"), "trusted") << "without having been called before";
    EXPECT_GE(pool().reserve, 1u);
    let_go();
  }
  /// Every request is answered when no handler blocks any more, or its handler was not entered.
  void let_go() {
    gate.open(1000);
    for (Client& client : clients) {
      const Status status = client.answer().status;
      EXPECT_TRUE(status == Status::Ok || status == Status::ServiceUnavailable)
          << static_cast<int>(status);
    }
  }

  Router site;
  std::atomic<int> entered_new{0};
  std::vector<Client> clients;
};

TEST_P(ThreadShortageTest, QuickRoutesAreServedWhileTasksBlock) {
  expect_others_are_answered_while_threads_are_held_by("/hold");
}

TEST_P(ThreadShortageTest, QuickRoutesAreServedWhilePlainHandlersBlock) {
  site.get("/plain", [this] {
    gate.pass();
    return "plain";
  });
  expect_others_are_answered_while_threads_are_held_by("/plain");
}

TEST_P(ThreadShortageTest, QuickRoutesAreServedWhileMiddlewareBlocks) {
  struct Layer {
    std::optional<Response> before(Request& request) const {
      if (request.path() == "/behind") gate.pass();
      return std::nullopt;
    }
    Gate& gate;
  };
  site.get("/behind", [] { return "behind"; });
  site.use(Layer{gate});
  expect_others_are_answered_while_threads_are_held_by("/behind");
}

TEST_P(ThreadShortageTest, QuickRoutesAreServedWhileProducersBlock) {
  site.get("/stream", [this] {
    return Response::of_type("text/plain", Body::produced_by([this, left = 1]() mutable {
                               if (left-- == 0) return std::optional<std::string>();
                               gate.pass();
                               return std::optional<std::string>("piece");
                             }));
  });
  expect_others_are_answered_while_threads_are_held_by("/stream");
}

TEST_P(ThreadShortageTest, QuickRoutesAreServedWhileFinishersBlock) {
  site.get("/finish", [this](Request& request) {
    request.on_finish([this](const app::Outcome&) { gate.pass(); });
    return "done";
  });
  expect_others_are_answered_while_threads_are_held_by("/finish");
}

TEST_P(ThreadShortageTest, ANewRouteWaitsAndIsAnswered503WithoutBeingEntered) {
  options.queue_timeout = 50ms;
  start_site();
  hold_threads();
  const int refusals_before = refusals;
  Client client = connect();
  client.ask("/new");
  const ReadResponse answer = client.answer();
  EXPECT_EQ(answer.status, Status::ServiceUnavailable);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos) << answer.head;
  EXPECT_EQ(client.get("/quick"), "quick") << "on the same connection";
  EXPECT_EQ(refusals, refusals_before + 1) << "the refusal is in the access log";
  EXPECT_EQ(entered_new, 0);
  wait_for_log("few threads stand by, 2 are held by handlers");
  let_go();
  wait_until([&] { return pool().busy == 0; });
  EXPECT_EQ(connect().get("/new"), "new");
}

TEST_P(ThreadShortageTest, ANewRouteIsAnswered503AtOnceWhenTheQueueIsFull) {
  options.loop.threads.max_queued = 1;
  start_site();
  hold_threads();
  ask("/new");
  wait_until([&] { return pool().queued == 1; });
  Client client = connect();
  client.ask("/new");
  EXPECT_EQ(client.answer().status, Status::ServiceUnavailable);
  EXPECT_EQ(entered_new, 0);
  let_go();
}

TEST_P(ThreadShortageTest, ATaskWithoutAThreadForItsBlockingCodeIsAnswered503) {
  options.loop.threads.max_queued = 1;
  site.get("/task", []() -> Task<std::string> {
    auto quick = [] { return std::string("done"); };
    co_return co_await async::run_blocking(quick);
  });
  start_site();
  EXPECT_EQ(connect().get("/task"), "done");
  hold_threads();
  ask("/new");
  wait_until([&] { return pool().queued == 1; });
  Client client = connect();
  client.ask("/task");
  const ReadResponse answer = client.answer();
  EXPECT_EQ(answer.status, Status::ServiceUnavailable);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos) << answer.head;
  let_go();
}

TEST_P(ThreadShortageTest, ANewRouteRunsWhenAThreadIsFree) {
  start_site();
  hold_threads();
  Client client = connect();
  client.ask("/new");
  wait_until([&] { return pool().queued == 1; });
  gate.open(2);
  EXPECT_EQ(client.answer().content, "new");
}

TEST_P(ThreadShortageTest, ARequestAbortedWhileItWaitsForEverIsNotEntered) {
  options.queue_timeout = base::Duration::max();
  start_site();
  hold_threads();
  ask("/new");
  wait_until([&] { return pool().queued == 1; });
  server->drain();
  server->abort();
  wait_until([&] { return pool().queued == 0; });
  gate.open(2);
  server->wait();
  EXPECT_EQ(entered_new, 0);
}

TEST_P(ThreadShortageTest, ARequestAbortedWhileItWaitsIsNotEntered) {
  start_site();
  hold_threads();
  ask("/new");
  wait_until([&] { return pool().queued == 1; });
  server->drain();
  server->abort();
  wait_until([&] { return pool().queued == 0; });
  gate.open(2);
  server->wait();
  EXPECT_EQ(entered_new, 0);
}

TEST_P(ThreadShortageTest, OtherRequestsDoNotWaitForeverForHungHandlers) {
  options.queue_timeout = 50ms;
  const auto hang = [this] {
    gate.pass();
    return "late";
  };
  for (const char* path : {"/hang", "/hang2", "/hang3"}) site.get(path, hang);
  start_site();
  hold_threads("/hang");
  std::vector<Client> waiting;
  for (const char* path : {"/hang", "/hang", "/hang2", "/hang2", "/hang3", "/hang3"}) {
    waiting.push_back(connect());
    waiting.back().ask(path);
  }
  expect_quick_answers();
  for (Client& client : waiting) EXPECT_EQ(client.answer().status, Status::ServiceUnavailable);
  EXPECT_EQ(gate.inside(), 2);
  let_go();
}

TEST_P(ThreadShortageTest, AHandlerThatWaitsForAWorkerIsAnswered503AfterAWhile) {
  options.queue_timeout = 50ms;
  site.get("/marked", blocking, [this] {
    gate.pass();
    return "done";
  });
  start_site();
  ask("/marked");
  wait_until([&] { return gate.inside() == 1; });
  Client client = connect();
  client.ask("/marked");
  const ReadResponse answer = client.answer();
  EXPECT_EQ(answer.status, Status::ServiceUnavailable);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos) << answer.head;
  EXPECT_EQ(gate.inside(), 1);
  EXPECT_EQ(pool().queued, 0u);
  let_go();
}

TEST_P(ThreadShortageTest, ARequestThatHasBegunContinuesWhenAThreadIsFree) {
  async::Event event;
  std::atomic<bool> waits{false};
  site.get<"/mixed/{what}">([&](Request&, std::string what) -> Task<std::string> {
    if (what == "block") gate.pass();
    if (what == "wait") {
      waits = true;
      co_await event.wait();
    }
    co_return what;
  });
  options.queue_timeout = 10ms;  // applies only to requests that have not begun
  start_site();
  ask("/mixed/wait");
  wait_until([&] { return waits.load(); });
  hold_threads("/mixed/block");
  event.set();
  wait_until([&] { return pool().queued == 1; });
  expect_quick_answers();
  gate.open(2);
  EXPECT_EQ(clients[0].answer().content, "wait");
}

TEST_P(ThreadShortageTest, QuickRoutesThatBlockAtOnceDoNotAffectOtherQuickRoutes) {
  constexpr int kRoutes = 6;
  std::atomic<bool> fails{false};
  for (int i = 0; i < kRoutes; ++i) {
    site.get("/database/" + std::to_string(i), [&] {
      if (fails) gate.pass();
      return "row";
    });
  }
  start_site();
  for (int i = 0; i < kRoutes; ++i) be_quick("/database/" + std::to_string(i));
  hold_threads();
  fails = true;
  for (int time = 0; time < 4; ++time) {
    for (int i = 0; i < kRoutes; ++i) ask("/database/" + std::to_string(i));
  }
  wait_until([&] { return gate.inside() >= 2 + kRoutes; });
  expect_quick_answers();
  EXPECT_GE(pool().reserve, 1u);
  let_go();
}

INSTANTIATE_TEST_SUITE_P(, ThreadShortageTest, both_transfers(), transfer_name);

}  // namespace
}  // namespace mastic::server
