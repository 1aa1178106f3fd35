// What a client does when an answer does not come, does not end, or comes too late for its client.

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::Response;
using app::Task;

routing::Router make_hello_site() {
  routing::Router site;
  site.get("/", [] { return "hello\n"; });
  return site;
}

/// What a call throws.
std::string failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "nothing";
}

TEST(ClientPatience, SaysWhatHasComeWhenThereIsNoAnswer) {
  routing::Router site;
  site.get("/never", []() -> Task<std::string> {
    while (true) co_await async::sleep_for(1h);
    co_return "";
  });
  site.get("/half", [] {
    return Response::of_type("text/plain",
                             app::Body::produced_by([]() -> Task<std::optional<std::string>> {
                               static int pieces = 0;
                               while (++pieces > 1) co_await async::sleep_for(1h);
                               co_return "piece";
                             }));
  });
  TestClient client(std::move(site));
  const std::string never = failure_of([&] { client.get("/never"); });
  EXPECT_TRUE(
      never.ends_with("GET /never: there is no answer after a day of the test's clock; "
                      "nothing has come"))
      << never;
  const std::string half = failure_of([&] { client.get("/half"); });
  EXPECT_TRUE(half.contains("there is no answer after a day of the test's clock; ")) << half;
  EXPECT_TRUE(half.contains(" bytes have come, which begin with: HTTP/1.1 200 OK\\x0D\\x0A"))
      << half;
}

TEST(ClientPatience, EndsAWaitForAnApplicationThatIsNeverIdle) {
  routing::Router site;
  site.get("/busy", []() -> Task<std::string> {
    while (true) co_await async::sleep_for(1us);
    co_return "";
  });
  TestClient client(std::move(site));
  const std::string busy = failure_of([&] { client.get("/busy"); });
  EXPECT_TRUE(busy.contains("there is no answer after 1,000,000 turns of the loop")) << busy;
}

routing::Router make_endless_site() {
  routing::Router site;
  site.get("/endless", [] {
    return Response::of_type("text/plain", app::Body::produced_by([] {
                               return std::optional(std::string(4 << 20, 'x'));
                             }));
  });
  return site;
}

TEST(ClientPatience, RefusesAnAnswerWithoutAnEnd) {
  TestClient client(make_endless_site());
  TestClient direct = TestClient::direct(make_endless_site());
  for (const std::string& message :
       {failure_of([&] { client.get("/endless"); }), failure_of([&] { direct.get("/endless"); }),
        failure_of([&] { (void)client.stream("GET", "/endless").finish(); })}) {
    EXPECT_TRUE(message.contains("the answer has more than 256 MiB of content")) << message;
  }
}

TEST(ClientPatience, UsesANewConnectionAfterAFailure) {
  routing::Router site = make_hello_site();
  site.get("/late", []() -> Task<std::string> {
    co_await async::sleep_for(25h);
    co_return "late";
  });
  TestClient client(std::move(site));
  EXPECT_TRUE(failure_of([&] { client.get("/late"); }).contains("there is no answer"));
  EXPECT_EQ(client.get("/").text, "hello\n");
}

TEST(ClientPatience, RefusesToBeCalledByItsApplication) {
  TestClient* own = nullptr;
  TestClient* other = nullptr;
  routing::Router site = make_hello_site();
  site.get("/own", [&own] { return failure_of([&own] { own->get("/"); }); });
  site.get("/other", [&other] { return failure_of([&other] { other->get("/"); }); });
  TestClient client(std::move(site));
  TestClient sibling = client.another();
  own = &client;
  other = &sibling;
  EXPECT_TRUE(client.get("/own").text.contains("this client is in the middle of another call"));
  EXPECT_TRUE(
      client.get("/other").text.contains("the application calls the client of its own test"));
  EXPECT_EQ(client.get("/").text, "hello\n");
}

TEST(ClientPatience, MayBeGoneBeforeItsAnswers) {
  std::optional<TestResponse> kept;
  {
    TestClient client(make_hello_site());
    kept = client.get("/");
  }
  EXPECT_EQ(kept->text, "hello\n");
  EXPECT_TRUE(failure_of([&] { (void)kept->refresh(); }).contains("was destroyed"));
  EXPECT_TRUE(failure_of([&] { (void)kept->go_to("/x"); }).contains("was destroyed"));
}

}  // namespace
}  // namespace mastic::testing
