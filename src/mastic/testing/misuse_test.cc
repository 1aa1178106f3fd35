// Mistakes of a test that would otherwise test nothing.

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mastic/mastic.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_form.h"

namespace mastic::testing {
namespace misuse_test {

Router make_site() {
  Router site;
  site.get("/", [](Request& request) { return std::string(request.query()); });
  site.post("/sink", [](Request& request) { return std::string(request.text()); });
  site.post("/old", [](Request&) { return Response(Status::SeeOther).set("Location", "/form"); });
  site.get("/form", [] {
    return Response::html(
        "<!doctype html><title>f</title><form id=f action=/><button>Save</button></form>"
        "<a href=/>home</a>");
  });
  site.websocket<"/echo">([](websocket::WebSocket& socket) -> Task<> {
    while (auto message = co_await socket.receive()) co_await socket.send(*std::move(message));
  });
  return site;
}

void expect_failure(const std::function<void()>& f, std::string_view part) {
  try {
    f();
    FAIL() << "nothing was thrown; expected: " << part;
  } catch (const std::logic_error& error) {
    const std::string_view message = error.what();
    EXPECT_TRUE(message.starts_with("misuse_test.cc:")) << message;
    EXPECT_TRUE(message.contains(part)) << message;
  }
}

TEST(Misuse, OfATargetNamesTheRemedy) {
  for (TestClient* const client : {std::make_unique<TestClient>(make_site()).release()}) {
    const std::unique_ptr<TestClient> owner(client);
    expect_failure([&] { client->get("books"); },
                   "'books' is no target of a request: begin it with /");
    expect_failure([&] { client->get(""); }, "begin it with /");
    expect_failure([&] { client->get("/?q=a b"); }, "with_query(path, values)");
    expect_failure([&] { client->get("http://example.com/"); },
                   "is on another host: this client talks to http://test.example");
    expect_failure([&] { (void)client->websocket("echo"); }, "begin it with /");
    EXPECT_EQ(client->get("http://test.example/?q=a").text, "q=a");
    EXPECT_EQ(client->request("OPTIONS", "*").status, Status::NoContent);
    EXPECT_TRUE(client->send_raw("GET /?q=a b HTTP/1.1\r\nHost: a\r\n\r\n").contains(" 400 "));
  }
}

TEST(Misuse, OfAStreamIsRefused) {
  TestClient client(make_site());
  TestStream upload = client.stream("POST", "/sink");
  upload.send("tea");
  upload.end();
  expect_failure([&] { upload.send("more"); }, "the content has ended");
  EXPECT_EQ(upload.finish().text, "tea");
  expect_failure([&] { (void)upload.finish(); }, "finish() has returned the answer already");
  expect_failure([&] { (void)upload.head(); }, "finish() has returned the answer already");
}

TEST(Misuse, OfAStreamWithoutContentIsRefused) {
  TestClient client(make_site());
  TestStream stream = client.stream("GET", "/?q=1");
  EXPECT_EQ(stream.head().request().fields.get("Transfer-Encoding"), std::nullopt);
  EXPECT_EQ(stream.read(), "q=1");
  EXPECT_EQ(stream.read(), std::nullopt);
  TestStream other = client.stream("HEAD", "/");
  expect_failure([&] { other.send("tea"); }, "requests by HEAD have no content");
  EXPECT_EQ(other.finish().status, Status::Ok);
}

TEST(Misuse, OfAWebSocketIsRefused) {
  TestClient client(make_site());
  TestSocket closed = client.websocket("/echo");
  closed.close();
  expect_failure([&] { closed.send("hi"); }, "the test has closed this WebSocket");
  expect_failure([&] { closed.send_binary("hi"); }, "send_frames");
  TestSocket gone = client.websocket("/echo");
  gone.vanish();
  expect_failure([&] { gone.send("hi"); }, "the test has closed this WebSocket");
}

TEST(Misuse, OfTheNetworkInDirectCallsIsRefused) {
  TestClient client = TestClient::direct(make_site());
  client.network({.send_bytes = 1});
  expect_failure([&] { client.get("/"); }, "direct calls have no network");
  client.network({});
  client.get("/").expect(200);
}

TEST(Misuse, OfAPageNamesTheRemedy) {
  TestClient client(make_site());
  const TestResponse redirection = client.post("/old", "");
  expect_failure([&] { (void)redirection.click("home"); }, "follow() follows it");
  expect_failure([&] { (void)redirection.form(); }, "a redirection to /form");
  const TestResponse page = redirection.follow();
  expect_failure([&] { (void)page.click("Save"); }, "form(...).submit(\"Save\") presses");
}

}  // namespace misuse_test
}  // namespace mastic::testing
