#include "mastic/testing/test_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "mastic/async/sleep.h"
#include "mastic/async/when.h"
#include "mastic/files/static_files.h"
#include "mastic/routing/router.h"
#include "mastic/server/line_protocol_testing.h"
#include "mastic/testing/failure.h"
#include "mastic/threads/event.h"
#include "mastic/threads/thread_pool.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::Request;
using app::Response;
using app::Task;
using http::Status;

routing::Router make_site() {
  routing::Router site;
  site.get("/", [] { return "hello\n"; });
  site.get("/hi/{name}",
           [](Request& request) { return "hi " + std::string(request.value("name")); });
  site.post("/echo", [](Request& request) { return std::string(request.text()); });
  site.get("/slow", [](Request&) -> Task<std::string> {
    co_await async::sleep_for(2h);
    co_return "at last";
  });
  site.get("/early", [](Request& request) -> Task<std::string> {
    co_await request.inform(Status::EarlyHints, {});
    co_return "then";
  });
  site.get("/agent", [](Request& request) {
    return std::string(request.field("User-Agent").value_or("none"));
  });
  site.get("/wrong", [] { return Response(Status::Found); });
  site.get("/throws", []() -> std::string { throw std::runtime_error("why"); });
  site.get("/aborts", [] {
    return Response(Status::Ok,
                    app::Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
                      if (n++ == 0) return "a piece";
                      throw 1;
                    }))
        .set("Content-Type", "text/plain");
  });
  return site;
}

TEST(TestClient, CallsAnApplicationInProcess) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/").text, "hello\n");
  EXPECT_EQ(client.get("/hi/ada").text, "hi ada");
  EXPECT_EQ(client.post("/echo", "some text").text, "some text");
  EXPECT_EQ(client.post("/echo", std::string(300'000, 'x')).text.size(), 300'000u);
  EXPECT_EQ(client.get("/agent", {{"User-Agent", "me"}}).text, "me");
  EXPECT_EQ(client.get("/nowhere").status, Status::NotFound);
  EXPECT_EQ(client.del("/").status, Status::MethodNotAllowed);
  EXPECT_EQ(client.head("/").field("Content-Length"), "6");
}

TEST(TestClient, DoesNotWaitForTimers) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/slow").text, "at last");
}

TEST(TestClient, WaitsForTheThreadsThatAHandlerAwaits) {
  threads::ThreadPool pool({.max_threads = 2});
  threads::Event asked;
  routing::Router site;
  site.get("/", [&](Request&) -> Task<std::string> {
    auto work = [&] {
      asked.wait();
      for (int i = 0; i < 1000; ++i)
        std::this_thread::yield();  // the client has turned its loop by now
      return std::string("done");
    };
    auto first = pool.submit(work), second = pool.submit(work);
    asked.set();
    co_return (co_await first) + (co_await second);
  });
  TestClient client(std::move(site));
  client.expect_leaks();  // the threads of the pool
  const base::WallTime before = client.now();
  EXPECT_EQ(client.get("/").text, "donedone");
  EXPECT_EQ(client.now(), before) << "nothing waits for time";
}

TEST(TestClient, SeesInterimResponses) {
  TestClient client(make_site());
  const TestResponse response = client.get("/early");
  EXPECT_EQ(response.interim, std::vector<Status>{Status::EarlyHints});
  EXPECT_EQ(response.text, "then");
}

TEST(TestClient, ReturnsTheAnswerThatSwitchesTheProtocol) {
  server::LineRecord record;
  routing::Router site = make_site();
  site.get("/lines", [&record] {
    return Response::upgrade_to(std::make_unique<server::LineUpgrade>(record));
  });
  {
    TestClient client(std::move(site));
    const TestResponse response =
        client.get("/lines", {{"Connection", "upgrade"}, {"Upgrade", "lines/1"}});
    EXPECT_EQ(response.status, Status::SwitchingProtocols);
    EXPECT_EQ(response.field("Upgrade"), "lines/1");
    EXPECT_EQ(record.started, 1);
    EXPECT_EQ(client.get("/").text, "hello\n") << "over a new connection";
    EXPECT_EQ(client.get("/lines").status, Status::UpgradeRequired);
  }
  EXPECT_EQ(record.destroyed, 1);
}

TEST(TestClient, ThrowsWhenTheApplicationBreaksItsContract) {
  TestClient client(make_site());
  constexpr int kCall = __LINE__ + 2;
  try {
    (void)client.get("/wrong");
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_EQ(error.what(),
              "test_client_test.cc:" + std::to_string(kCall) +
                  ": GET /wrong: the application breaks its contract:\n"
                  "  GET /wrong (302): Location is missing. Made by the handler of GET /wrong. "
                  "RFC 9110 §15.4.3.");
  }
  EXPECT_EQ(client.get("/").text, "hello\n");
}

TEST(TestClient, ThrowsWhenAnAnswerIsIncomplete) {
  TestClient client(make_site());
  EXPECT_THROW((void)client.get("/aborts"), std::logic_error);
  EXPECT_EQ(client.get("/").text, "hello\n");
}

TEST(TestClient, RecordsTheLog) {
  TestClient client(make_site());
  client.expect_errors("why");
  EXPECT_EQ(client.get("/throws").status, Status::InternalServerError);
  ASSERT_EQ(client.log().size(), 1u);
  EXPECT_NE(client.log()[0].find("why"), std::string::npos);
}

TEST(TestClient, ThrowsWhenAnErrorIsLoggedThatTheTestDoesNotExpect) {
  TestClient client(make_site());
  client.expect_errors("another error");
  try {
    (void)client.get("/throws");
    FAIL();
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_NE(
        message.find("GET /throws: an error was logged that the test does not expect:\n  error "
                     "app: GET /throws: std::runtime_error: why"),
        message.npos)
        << message;
    EXPECT_NE(message.find("\n< 500 Internal Server Error\n"), message.npos) << message;
  }
  EXPECT_EQ(client.get("/").text, "hello\n") << "an error is reported once";
}

TEST(TestClient, SaysWhatWasLoggedWhenThereIsNoAnswer) {
  TestClient client(make_site());
  try {
    (void)client.get("/aborts");
    FAIL();
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("\n| error app: GET /aborts: int"), message.npos) << message;
  }
}

std::string* reported = nullptr;

TEST(TestClient, ReportsWhatTheApplicationLeavesBehind) {
  std::string text;
  reported = &text;
  const FailureReporter before =
      set_failure_reporter([](const std::string& message) { *reported = message; });
  int left = -1;
  unsigned line = 0;
  {
    routing::Router site;
    site.get("/", [&left] {
      left = ::dup(0);
      return "left";
    });
    line = std::source_location::current().line() + 1;
    TestClient client(std::move(site));
    EXPECT_EQ(client.get("/").text, "left");
  }
  set_failure_reporter(before);
  ::close(left);
  EXPECT_TRUE(text.starts_with("test_client_test.cc:" + std::to_string(line) +
                               ": the application has left behind: descriptor "))
      << text;
  EXPECT_TRUE(text.contains("make it before the client, or call expect_leaks()")) << text;
}

TEST(TestClient, BlamesNoApplicationForOneThatBeganLater) {
  std::string text;
  reported = &text;
  const FailureReporter before =
      set_failure_reporter([](const std::string& message) { *reported = message; });
  auto first = std::make_unique<TestClient>(make_site());
  TestClient second(make_site());
  first.reset();
  set_failure_reporter(before);
  EXPECT_EQ(text, "");
  EXPECT_EQ(second.get("/").text, "hello\n");
}

TEST(TestClient, SendsAnyBytes) {
  TestClient client(make_site());
  EXPECT_TRUE(client.send_raw("GARBAGE\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

TEST(TestClient, ReturnsEveryAnswerToRawBytes) {
  TestClient client(make_site());
  const std::string answers =
      client.send_raw("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(answers.find("at last"), answers.npos);
  EXPECT_NE(answers.find("hello"), answers.npos);
}

TEST(TestClient, SendsContentAfterTheHead) {
  TestClient client(app::App([](Request& request) -> Task<std::string> {
    co_return std::string(request.text());  // without waiting for the content
  }));
  client.expect_errors("the body has not been gathered");
  EXPECT_EQ(client.post("/", "content").status, Status::InternalServerError);
  TestClient patient(app::App([](Request& request) -> Task<std::string> {
    co_await request.gather();
    co_return std::string(request.text());
  }));
  EXPECT_EQ(patient.post("/", "content").text, "content");
}

TEST(TestClient, ReturnsAfterTheExchangeHasEnded) {
  bool finished = false;
  TestClient client(app::App([&](Request& request) -> Task<std::string> {
    request.on_finish([&](const app::Outcome&) { finished = true; });
    co_await async::sleep_for(1ms);
    co_return "waited";
  }));
  EXPECT_EQ(client.get("/").text, "waited");
  EXPECT_TRUE(finished);
}

TEST(TestClient, AppliesTheDeadlinesOfAServer) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/").text, "hello\n");
  client.pass(2min);  // the server closes the idle connection; the next request opens another
  EXPECT_EQ(client.get("/").text, "hello\n");
}

TEST(TestClient, ServesFilesToo) {
  TestClient client(files::static_files(MASTIC_SOURCE_DIR));
  EXPECT_NE(client.get("/LICENSE").text.find("Apache License"), std::string::npos);
  EXPECT_EQ(client.get("/LICENSE", {{"Range", "bytes=-10"}}).status, Status::PartialContent);
}

TEST(TestClient, SendsJsonFormsAndOtherMethods) {
  routing::Router site;
  site.patch("/", [](app::Request& request) { return "patched " + std::string(request.text()); });
  site.post("/", [](app::Request& request) {
    return std::string(request.field("Content-Type").value_or("")) + " " +
           std::string(request.text());
  });
  TestClient client(std::move(site));
  EXPECT_EQ(client.patch("/", "a").text, "patched a");
  EXPECT_EQ(client.send_json("/", "[1]").text, "application/json [1]");
  EXPECT_EQ(client.post_form("/", "a=1").text, "application/x-www-form-urlencoded a=1");
  EXPECT_EQ(client.options("/").field("Allow"), "OPTIONS, POST, PATCH");
}

TEST(TestClient, DrainsDuringACall) {
  routing::Router site;
  site.get("/poll", [](app::Request& request) -> app::Task<std::string> {
    const auto first = co_await async::when_any(async::sleep_for(30s), request.draining());
    co_return first.index() == 0 ? "waited" : "the server ends";
  });
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/poll").text, "waited");
  client.drain(10s);
  EXPECT_EQ(client.get("/poll").text, "the server ends");
}

TEST(TestClient, SendsRequestsDuringADrain) {
  routing::Router site;
  site.get("/", [](app::Request& request) {
    return std::string(request.draining().has_begun() ? "drains" : "serves");
  });
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/").text, "serves");
  client.drain();
  EXPECT_EQ(client.get("/").text, "drains");
  EXPECT_EQ(client.get("/").text, "drains");
}

}  // namespace
}  // namespace mastic::testing
