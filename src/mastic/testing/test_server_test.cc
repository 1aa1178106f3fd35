#include "mastic/testing/test_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "mastic/mastic.h"
#include "mastic/testing/failure.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace test_server_test {

Router make_site() {
  Router site;
  site.get("/", [] { return "hello"; });
  site.get("/broken", []() -> std::string { throw std::runtime_error("the kettle is empty"); });
  site.get("/found", [] { return Response(Status::Found); });
  site.websocket<"/echo">([](websocket::WebSocket& socket) -> Task<> {
    while (auto message = co_await socket.receive()) co_await socket.send(*std::move(message));
  });
  return site;
}

std::vector<std::string>* reported = nullptr;

/// The failures that are reported while it exists.
class Reported {
 public:
  Reported() { reported = &texts; }
  ~Reported() {
    set_failure_reporter(before_);
    reported = nullptr;
  }
  Reported(const Reported&) = delete;
  Reported& operator=(const Reported&) = delete;

  std::vector<std::string> texts;

 private:
  const FailureReporter before_ =
      set_failure_reporter([](const std::string& message) { reported->push_back(message); });
};

TEST(TestServer, ReportsAnErrorInItsLog) {
  Reported failures;
  TestServer server(make_site());
  TestClient::connect(server.url()).get("/broken").expect(500);
  server.stop();
  ASSERT_EQ(failures.texts.size(), 1u);
  EXPECT_TRUE(failures.texts[0].starts_with("test_server_test.cc:")) << failures.texts[0];
  EXPECT_TRUE(failures.texts[0].contains("the kettle is empty")) << failures.texts[0];
  EXPECT_TRUE(failures.texts[0].contains("server.expect_errors(")) << failures.texts[0];
}

TEST(TestServer, LetsTheTestExpectErrors) {
  const Reported failures;
  {
    TestServer server(make_site());
    server.expect_errors("the kettle is empty");
    TestClient::connect(server.url()).get("/broken").expect(500);
  }
  EXPECT_TRUE(failures.texts.empty()) << failures.texts[0];
}

TEST(TestServer, ReportsABreachOfTheContract) {
  const Reported failures;
  {
    TestServer server(make_site());
    TestClient::connect(server.url()).get("/found");
  }
  ASSERT_EQ(failures.texts.size(), 1u);
  EXPECT_TRUE(failures.texts[0].contains("the application breaks its contract:\n  GET /found"))
      << failures.texts[0];
}

TEST(TestServer, ReportsWhatItsApplicationLeavesBehind) {
  int left = -1;
  const auto serve = [&left](bool is_expected) {
    Router site;
    site.get("/", [&left] {
      left = ::dup(0);
      return "left";
    });
    TestServer server(std::move(site));
    if (is_expected) server.expect_leaks();
    TestClient::connect(server.url()).get("/").expect(200);
  };
  const Reported failures;
  serve(false);
  ::close(left);
  ASSERT_EQ(failures.texts.size(), 1u);
  EXPECT_TRUE(failures.texts[0].contains("the application has left behind: descriptor "))
      << failures.texts[0];
  serve(true);
  ::close(left);
  EXPECT_EQ(failures.texts.size(), 1u);
}

TEST(TestServer, WaitsOnlyShortlyForItsClients) {
  bool has_ended = false;
  Router site = make_site();
  // Longer than the drain of this server, and shorter than that of a server in production.
  site.get("/slow", [&has_ended]() -> Task<std::string> {
    co_await sleep_for(std::chrono::seconds(8));
    has_ended = true;
    co_return "late";
  });
  auto server = std::make_unique<TestServer>(std::move(site));
  server->expect_errors();
  TestClient client = TestClient::connect(server->url());
  client.get("/").expect(200);  // leaves an idle connection
  const TestSocket socket = client.websocket("/echo");
  const TestStream stream = client.stream("GET", "/slow");
  server.reset();
  EXPECT_FALSE(has_ended);
}

}  // namespace test_server_test
}  // namespace mastic::testing
