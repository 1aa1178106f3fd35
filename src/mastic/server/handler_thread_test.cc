// Handlers that block, hang or fail on other threads, on real sockets and threads.

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "mastic/async/run_blocking.h"
#include "mastic/async/sleep.h"
#include "mastic/async/with_timeout.h"
#include "mastic/routing/router.h"
#include "mastic/server/handler_thread_testing.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using app::App;
using app::blocking;
using app::Request;
using app::Task;
using base::ThreadRole;
using http::Status;
using loop::Scheduler;
using routing::Router;

TEST_P(HandlerThreadTest, AHandlerThatBlocksDelaysNoOtherAndIsRemembered) {
  std::atomic<int> ran_on{0};
  Router site;
  site.get("/slow", [&] {
    ran_on = base::system_kernel().gettid();
    gate.pass();
    return "slow";
  });
  site.get("/quick", [] { return "quick"; });
  start(std::move(site));
  Client slow = connect();
  for (int time = 1; time <= 4; ++time) {
    slow.ask("/slow");
    EXPECT_EQ(connect().get("/quick"), "quick");
    wait_until([&] { return gate.inside() == time; });
    EXPECT_EQ(connect().get("/quick"), "quick");
    // Its loop is taken over twice; from then on it runs on a thread that may block.
    EXPECT_EQ(role_of(ran_on), time <= 2 ? ThreadRole::Away : ThreadRole::Works);
    gate.open();
    EXPECT_EQ(slow.answer().content, "slow");
  }
}

TEST_P(HandlerThreadTest, AHandlerThatIsQuickAgainReturnsToTheLoop) {
  std::atomic<bool> blocks{true};
  std::atomic<int> ran_on{0};
  Router site;
  site.get("/", [&] {
    ran_on = base::system_kernel().gettid();
    if (blocks) gate.pass();
    return "done";
  });
  start(std::move(site));
  Client client = connect();
  for (int time = 1; time <= 2; ++time) {
    client.ask("/");
    wait_until([&] { return gate.inside() == time && role_of(ran_on) == ThreadRole::Away; });
    gate.open();
    EXPECT_EQ(client.answer().content, "done");
  }
  blocks = false;
  do {
    ASSERT_EQ(client.get("/"), "done");
  } while (role_of(ran_on) != ThreadRole::Drives);
}

TEST_P(HandlerThreadTest, AMarkedHandlerNeverHoldsTheLoop) {
  Router site;
  std::atomic<int> ran_on{0};
  site.get<"/report/{n:int}">(blocking, [&](int n) {
    ran_on = base::system_kernel().gettid();
    gate.pass();
    return std::to_string(n);
  });
  start(std::move(site));
  Client client = connect();
  client.ask("/report/7");
  wait_until([&] { return gate.inside() == 1; });
  EXPECT_EQ(role_of(ran_on), ThreadRole::Works);
  gate.open();
  EXPECT_EQ(client.answer().content, "7");
}

TEST_P(HandlerThreadTest, ABlockingScopeInATaskHandsTheLoopOver) {
  Router site;
  site.get("/", [&](Request&) -> Task<std::string> {
    co_await async::sleep_for(1ms);
    const threads::BlockingScope waits;
    gate.pass();
    co_return "done";
  });
  site.get("/quick", [] { return "quick"; });
  start(std::move(site));
  Client client = connect();
  client.ask("/");
  wait_until([&] { return gate.inside() == 1; });
  EXPECT_GE(pool().hand_offs, 1u);
  EXPECT_EQ(connect().get("/quick"), "quick");
  gate.open();
  EXPECT_EQ(client.answer().content, "done");
}

TEST_P(HandlerThreadTest, OthersAreServedWhileSixtyFourHandlersHang) {
  constexpr int kHanging = 64;
  Router site;
  site.get("/hang", [&] {
    gate.pass();
    return "late";
  });
  site.get("/quick", [] { return "quick"; });
  start(std::move(site));
  std::vector<Client> hanging;
  for (int i = 0; i < kHanging; ++i) {
    hanging.push_back(connect());
    hanging.back().ask("/hang");
  }
  wait_until([&] { return gate.inside() == kHanging; });
  Client client = connect();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.get("/quick"), "quick");
  gate.open(kHanging);
  for (Client& each : hanging) EXPECT_EQ(each.answer().content, "late");
}

TEST_P(HandlerThreadTest, AFullQueueIsAnsweredWith503AndRetryAfter) {
  options.loop.threads.workers = 1;
  options.loop.threads.max_queued = 1;
  start(App(blocking, [&] {
    gate.pass();
    return "done";
  }));
  Client runs = connect(), waits = connect(), refused = connect();
  runs.ask("/");
  wait_until([&] { return gate.inside() == 1; });
  waits.ask("/");
  wait_until([&] { return pool().queued == 1; });
  refused.ask("/");
  const ReadResponse answer = refused.answer();
  EXPECT_EQ(answer.status, Status::ServiceUnavailable);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos) << answer.head;
  gate.open(2);
  EXPECT_EQ(runs.answer().content, "done");
  EXPECT_EQ(waits.answer().content, "done");
}

TEST_P(HandlerThreadTest, WithoutAReservePlainHandlersAreQueued) {
  options.loop.threads.reserve = 0;
  start(App([] { return "done"; }));
  Client client = connect();
  EXPECT_EQ(client.get("/"), "done");
  wait_until([&] { return pool().done >= 1; });
}

TEST_P(HandlerThreadTest, AnyExceptionOnAnotherThreadIsA500) {
  Router site;
  site.get("/int", blocking, []() -> std::string { throw 42; });
  site.get("/error", blocking, []() -> std::string { throw std::runtime_error("no"); });
  site.get("/cancelled", blocking, []() -> std::string { throw async::Cancelled(); });
  site.get("/http", blocking, []() -> std::string { throw app::HttpError(Status::Forbidden); });
  start(std::move(site));
  Client client = connect();
  for (const auto& [path, status] : {std::pair("/int", Status::InternalServerError),
                                     std::pair("/error", Status::InternalServerError),
                                     std::pair("/cancelled", Status::ServiceUnavailable),
                                     std::pair("/http", Status::Forbidden)}) {
    client.ask(path);
    EXPECT_EQ(client.answer().status, status) << path;
  }
}

TEST_P(HandlerThreadTest, AClientThatDisconnectsStopsItsHandlerOnAnotherThread) {
  std::atomic<int> stopped{0}, inside{0};
  const auto handler = [&](Request& request) {
    const std::stop_token stop = request.stop_token();
    ++inside;
    wait_until([&] { return stop.stop_requested(); });
    ++stopped;
    return "not sent";
  };
  Router site;
  site.get("/taken", handler);
  site.get("/marked", blocking, handler);
  start(std::move(site));
  for (const char* path : {"/taken", "/marked"}) {
    const int before = inside;
    Client client = connect();
    client.ask(path);
    wait_until([&] { return inside == before + 1; });
  }
  wait_until([&] { return stopped == 2; });
}

TEST_P(HandlerThreadTest, StopsOnlyAfterQueuedHandlersHaveAnswered) {
  options.loop.threads.workers = 1;
  start(App(blocking, [&] {
    gate.pass();
    return "done";
  }));
  std::vector<Client> clients;
  for (std::uint64_t i = 0; i < 5; ++i) {
    clients.push_back(connect());
    clients.back().ask("/");
    wait_until([&] { return pool().busy + pool().queued == i + 1; });
  }
  server->drain();
  gate.open(5);
  for (Client& client : clients) EXPECT_EQ(client.answer().content, "done");
  server->wait();
}

TEST_P(HandlerThreadTest, AHungHandlerIsLoggedAndCancelledAndItsThreadReplaced) {
  options.hung_after = 10ms;
  options.cancel_after = 50ms;
  options.abandon_after = 30ms;
  options.recycle_if_lost_over = 1;
  options.loop.threads.workers = 2;
  std::atomic<int> fired{0};
  const auto hang = [&](Request& request) {
    const std::stop_callback callback(request.stop_token(), [&] { ++fired; });
    gate.pass();
    return "too late";
  };
  Router site;
  site.get("/taken", hang);
  site.get("/marked", blocking, hang);
  site.get("/quick", blocking, [] { return "quick"; });
  start(std::move(site));
  for (const char* path : {"/taken", "/marked"}) {
    Client client = connect();
    client.ask(path);
    const ReadResponse answer = client.answer();
    EXPECT_EQ(answer.status, Status::ServiceUnavailable) << path;
    EXPECT_FALSE(answer.keep_alive);
    wait_for_log("a handler hangs: GET " + std::string(path));
    wait_for_log("a handler that hangs is cancelled: GET " + std::string(path));
  }
  wait_until([&] { return pool().lost == 2; });
  wait_until([&] { return fired == 2 && recycled; });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(connect().get("/quick"), "quick");  // on new threads
  gate.open(2);
  wait_until([&] { return pool().lost == 0; });
}

TEST_P(HandlerThreadTest, TheLogShowsWhereAHandlerHangs) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "ThreadSanitizer delays signals, so no stack can be captured";
#endif
#endif
  options.hung_after = 10ms;
  start(App(blocking, [&] {
    gate.pass();
    return "done";
  }));
  Client client = connect();
  client.ask("/");
  wait_for_log("Gate::pass()");
  gate.open();
  EXPECT_EQ(client.answer().content, "done");
}

TEST_P(HandlerThreadTest, AFinisherThatHangsAffectsNoOtherRequest) {
  options.hung_after = options.cancel_after = options.abandon_after = 10ms;
  Router site;
  site.get("/", [&](Request& request) {
    request.on_finish([&](const app::Outcome&) { gate.pass(); });
    return "done";
  });
  site.get("/quick", [] { return "quick"; });
  start(std::move(site));
  Client client = connect();
  EXPECT_EQ(client.get("/"), "done");
  wait_until([&] { return pool().lost == 1; });
  EXPECT_EQ(client.get("/quick"), "quick") << "on the same connection";
  gate.open();
  wait_until([&] { return pool().lost == 0; });
}

TEST_P(HandlerThreadTest, CleanUpAfterARequestMayBlockAndDelaysNoOther) {
  struct Value {
    ~Value() {
      if (gate != nullptr) gate->pass();
    }
    Gate* gate = nullptr;
  };
  Router site;
  site.get("/ext", [&](Request& request) {
    request.ext<Value>().gate = &gate;
    return "value";
  });
  site.get("/owner", [&] {
    const auto owner = std::shared_ptr<const void>(&gate, [&](const void*) { gate.pass(); });
    return app::Response(Status::Ok, app::Body::shared("owner", owner));
  });
  site.get("/capture", [&](Request& request) {
    auto owner = std::shared_ptr<Gate>(&gate, [](Gate* held) { held->pass(); });
    request.on_finish([owner = std::move(owner)](const app::Outcome&) {});
    return "capture";
  });
  site.post("/body", [&](Request& request) -> Task<std::string> {
    auto owner = std::shared_ptr<Gate>(&gate, [](Gate* held) { held->pass(); });
    request.body() = app::Body::produced_by(
        [owner = std::move(owner)]() -> std::optional<std::string> { return std::nullopt; });
    co_return "body";
  });
  site.get("/quick", [] { return "quick"; });
  start(std::move(site));
  int left = 0;
  for (const char* request :
       {"GET /ext HTTP/1.1\r\nHost: a\r\n\r\n", "GET /owner HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /capture HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"}) {
    Client client = connect();
    client.send(request);
    EXPECT_EQ(client.answer().status, Status::Ok) << request;
    wait_until([&] { return gate.inside() == left + 1; });
    EXPECT_EQ(connect().get("/quick"), "quick") << request;
    EXPECT_EQ(client.get("/quick"), "quick") << request;
    ++left;
  }
  gate.open(left);
}

TEST_P(HandlerThreadTest, StopCallbacksOfBlockingCodeMayBlockAndDelayNoOther) {
  Router site;
  site.get("/", [&](Request&) -> Task<std::string> {
    std::atomic<bool> has_begun = false;
    auto waits_for_its_end = [&](std::stop_token stop) {
      const std::stop_callback blocks(stop, [&] { gate.pass(); });
      has_begun = true;
      wait_until([&] { return stop.stop_requested(); });
    };
    while (!has_begun) {
      try {
        co_await async::with_timeout(async::run_blocking(waits_for_its_end), 1ms);
      } catch (const async::TimedOut&) {  // no thread has begun it in that time
      }
    }
    co_return "in time";
  });
  site.get("/quick", [] { return "quick"; });
  start(std::move(site));
  Client client = connect();
  client.ask("/");
  wait_until([&] { return gate.inside() == 1; });
  EXPECT_EQ(connect().get("/quick"), "quick");
  gate.open();
  (void)client.answer();
}

TEST_P(HandlerThreadTest, SettlesWithoutALostThread) {
  options.hung_after = options.cancel_after = options.abandon_after = 10ms;
  Gate& for_ever = *new Gate;  // leaked, like the thread that waits there
  start(App(blocking, [&for_ever] {
    for_ever.pass();
    return "too late";
  }));
  Client client = connect();
  client.ask("/");
  EXPECT_EQ(client.answer().status, Status::ServiceUnavailable);
  wait_until([&] { return pool().lost == 1; });
  server->drain();
  server->wait();
  EXPECT_EQ(server->lost_threads(), 1u);
  (void)server.release();  // leaked, as by a process that ends by _Exit
}

TEST_P(HandlerThreadTest, ReportsRunningRequestsAndCancelsThem) {
  Router site;
  site.get("/hang", blocking, [&] {
    gate.pass();
    return "too late";
  });
  start(std::move(site));
  Client client = connect();
  client.ask("/hang");
  wait_until([&] { return gate.inside() == 1; });
  std::promise<base::LoopReport> promise;
  server->watch().ask_loops([&](base::LoopReport report) { promise.set_value(std::move(report)); });
  const base::LoopReport report = promise.get_future().get();
  ASSERT_EQ(report.requests.size(), 1u);
  EXPECT_EQ(report.requests[0].method, "GET");
  EXPECT_EQ(report.requests[0].target, "/hang");
  const auto threads = server->watch().threads();
  EXPECT_TRUE(std::ranges::any_of(threads, [&](const auto& thread) {
    return thread.thread == report.requests[0].thread && thread.role == ThreadRole::Works;
  }));
  server->watch().cancel(report.requests[0].id);
  EXPECT_EQ(client.answer().status, Status::ServiceUnavailable);
  gate.open();
}

/// Every loop is taken over by another thread at every job.
TEST_P(HandlerThreadTest, AnswersCorrectlyWhenTakenOverAtEveryJob) {
  options.loop.threads.hand_off = Scheduler::HandOff::Always;
  options.loop.loops = 2;
  Router site;
  site.get("/plain/{text}", [](Request& request) { return std::string(request.value("text")); });
  site.get("/task/{text}", [](Request& request) -> Task<std::string> {
    co_await async::sleep_for(1ms);
    co_return std::string(request.value("text"));
  });
  site.post("/echo", [](Request& request) -> Task<std::string> {
    std::string all;
    while (const auto piece = co_await request.body().next()) all += *piece;
    co_return all;
  });
  start(std::move(site));
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      Client client = connect();
      for (int i = 0; i < 40; ++i) {
        const std::string text = std::to_string(c) + "-" + std::to_string(i);
        right += client.get("/plain/" + text) == text ? 1 : 0;
        right += client.get("/task/" + text) == text ? 1 : 0;
        const std::string content(20'000, static_cast<char>('a' + c));
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + content);
        right += client.answer().content == content ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 8 * 40 * 3);
  EXPECT_GT(pool().hand_offs, 0u);
}

INSTANTIATE_TEST_SUITE_P(, HandlerThreadTest, both_transfers(), transfer_name);

}  // namespace
}  // namespace mastic::server
