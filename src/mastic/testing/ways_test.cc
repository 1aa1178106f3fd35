// A test is the same on each way to the application: in memory, directly, and over a socket.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/testing/target_url.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_server.h"

namespace mastic::testing {
namespace {

using app::Request;
using app::Response;
using app::Task;
using http::Status;

struct TeaOrder {
  std::string tea;
  int count = 0;
  std::optional<std::string> note;
  std::vector<std::string> tags;
};

routing::Router make_tea_site() {
  routing::Router site;
  site.get("/", [] { return "hello\n"; });
  site.get("/hi/{name}",
           [](Request& request) { return "hi " + std::string(request.value("name")); });
  site.post("/echo", [](Request& request) { return std::string(request.text()); });
  site.get("/query", [](Request& request) { return std::string(request.query()); });
  site.get("/field/{name}", [](Request& request) {
    return std::string(request.field(request.value("name")).value_or("none"));
  });
  site.get("/pieces", [] {
    return Response::of_type("text/plain", app::Body::produced_by([n = 0]() mutable {
                               return ++n > 3 ? std::nullopt
                                              : std::optional("piece " + std::to_string(n) + "\n");
                             }));
  });
  site.get("/early", [](Request& request) -> Task<std::string> {
    co_await request.inform(Status::EarlyHints, {});
    co_return "then";
  });
  site.get("/visits", [](Request& request) {
    const int visits = std::stoi(std::string(request.cookie("visits").value_or("0"))) + 1;
    return Response::text(std::to_string(visits))
        .set_cookie({.name = "visits", .value = std::to_string(visits)});
  });
  site.get("/order", [] { return TeaOrder{"sencha", 2, std::nullopt, {"green"}}; });
  site.get("/broken", []() -> std::string { throw std::runtime_error("the kettle is empty"); });
  return site;
}

/// Each test runs once for each way.
class Ways : public ::testing::TestWithParam<const char*> {
 protected:
  Ways() {
    if (way() == "socket") server_ = std::make_unique<TestServer>(make_tea_site());
  }
  [[nodiscard]] TestClient make_client() const {
    if (way() == "socket") return TestClient::connect(server_->url());
    return way() == "direct" ? TestClient::direct(make_tea_site()) : TestClient(make_tea_site());
  }
  [[nodiscard]] static std::string_view way() { return GetParam(); }

 private:
  std::unique_ptr<TestServer> server_;
};
INSTANTIATE_TEST_SUITE_P(All, Ways, ::testing::Values("memory", "direct", "socket"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(Ways, CallTheApplication) {
  TestClient client = make_client();
  EXPECT_EQ(client.get("/").text, "hello\n");
  EXPECT_EQ(client.get("/hi/J%C3%B6rg#top").text, "hi J\xc3\xb6rg");
  EXPECT_EQ(client.post("/echo", "some text").text, "some text");
  EXPECT_EQ(client.post("/echo", "").text, "");
  EXPECT_EQ(client.post("/echo", std::string(300'000, 'x')).text.size(), 300'000u);
  EXPECT_EQ(client.get("/nowhere").status, Status::NotFound);
  EXPECT_EQ(client.del("/").field("Allow"), "OPTIONS, GET, HEAD");
  EXPECT_EQ(client.head("/").field("Content-Length"), "6");
  EXPECT_EQ(client.head("/").text, "");
  EXPECT_EQ(client.get("/../etc").status, Status::NotFound);
  EXPECT_EQ(client.get("/%zz").status, Status::BadRequest);
}

TEST_P(Ways, PassProducedContentAndInterimResponses) {
  TestClient client = make_client();
  EXPECT_EQ(client.get("/pieces").text, "piece 1\npiece 2\npiece 3\n");
  const TestResponse early = client.get("/early");
  EXPECT_EQ(early.interim, std::vector{Status::EarlyHints});
  EXPECT_EQ(early.text, "then");
}

TEST_P(Ways, SendFieldsCookiesAndCredentials) {
  TestClient client = make_client();
  EXPECT_EQ(client.get("/visits").text, "1");
  EXPECT_EQ(client.get("/visits").text, "2");
  client.set_field("X-Color", "green");
  EXPECT_EQ(client.get("/field/X-Color").text, "green");
  EXPECT_EQ(client.get("/field/X-Color", {{"x-color", "red"}}).text, "red");
  client.set_field("x-color", "");
  EXPECT_EQ(client.get("/field/X-Color").text, "none");
  client.basic_auth("Aladdin", "open sesame");  // the example of RFC 7617 §2
  EXPECT_EQ(client.get("/field/Authorization").text, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  client.bearer_auth("mF_9.B5f-4.1JqM");
  EXPECT_EQ(client.get("/field/Authorization").text, "Bearer mF_9.B5f-4.1JqM");
}

TEST_P(Ways, SendStructs) {
  TestClient client = make_client();
  const TeaOrder order{"gyokuro & co", 2, std::nullopt, {"green", "new"}};
  EXPECT_EQ(client.get(with_query("/query", order)).text,
            "tea=gyokuro+%26+co&count=2&tags=green&tags=new");
  EXPECT_EQ(client.get(with_query("/query", FieldList{{"q", "a=b"}})).text, "q=a%3Db");
  EXPECT_EQ(client.post_form("/echo", order).text,
            "tea=gyokuro+%26+co&count=2&tags=green&tags=new");
  EXPECT_EQ(client.post_form("/echo", {{"user", "ada"}}).text, "user=ada");
  EXPECT_EQ(client.post_form("/echo", {{"user", "ada"}, {"password", "a b"}}).text,
            "user=ada&password=a+b");
  EXPECT_EQ(client.send_json("/echo", order).text,
            R"({"tea":"gyokuro & co","count":2,"tags":["green","new"]})");
  EXPECT_EQ(client.get("/order").json<TeaOrder>().tea, "sencha");
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST_P(Ways, ThrowWhenTheStatusIsNotTheExpectedOne) {
  TestClient client = make_client();
  EXPECT_EQ(client.get("/").expect().text, "hello\n");
  EXPECT_EQ(client.get("/nowhere").expect(404).status, Status::NotFound);
  EXPECT_EQ(client.get("/nowhere").expect({400, 499}).status, Status::NotFound);
  const std::string message = message_of([&] { (void)client.post("/hi/ada", "a\nb").expect(); });
  EXPECT_TRUE(message.starts_with("ways_test.cc:")) << message;
  for (const std::string_view part :
       {": the status is 405, and 2xx or 3xx was expected\n> POST /hi/ada\n", "> Host: ",
        "\n>\n> a\n> b\n< 405 Method Not Allowed\n", "\n< Allow: OPTIONS, GET, HEAD\n"}) {
    EXPECT_NE(message.find(part), message.npos) << message;
  }
}

TEST_P(Ways, LetAnAnswerLiveThatIsExpected) {
  TestClient client = make_client();
  const auto& hello = client.get("/").expect(200).expect_contains("hello").expect_absent("bye");
  const TestResponse other = client.get("/hi/ada");
  EXPECT_EQ(hello.text, "hello\n");
  EXPECT_EQ(&other.expect_contains("hi").expect_absent("bye"), &other);
}

TEST_P(Ways, SayWhereJsonDoesNotFit) {
  TestClient client = make_client();
  struct Wrong {
    std::string tea;
    std::string count;
  };
  const std::string message = message_of([&] { (void)client.get("/order").json<Wrong>(); });
  EXPECT_NE(message.find("ways_test.cc:"), message.npos) << message;
  EXPECT_NE(message.find("count: a string is expected, a whole number found"), message.npos)
      << message;
  EXPECT_NE(message.find("> GET /order\n"), message.npos) << message;
}

TEST_P(Ways, LetNoTimePassForAnAnswerThatIsReady) {
  if (way() == "socket") return;  // its clock is that of the system
  routing::Router site = make_tea_site();
  site.in_background("renew", []() -> Task<> {
    while (true) co_await async::sleep_for(std::chrono::seconds(26));
  });
  site.get("/ready", [](Request&) -> Task<std::string> { co_return "ready"; });
  TestClient client =
      way() == "direct" ? TestClient::direct(std::move(site)) : TestClient(std::move(site));
  const base::WallTime before = client.now();
  for (const char* const target : {"/", "/pieces", "/early", "/ready", "/nowhere"}) {
    (void)client.get(target);
    EXPECT_EQ(client.now(), before) << target;
  }
  EXPECT_EQ(client.post("/echo", std::string(300'000, 'x')).text.size(), 300'000u);
  EXPECT_EQ(client.now(), before);
}

TEST(TargetUrl, ReadsWhatNamesAServer) {
  const TargetUrl url = TargetUrl::parse("http://127.0.0.1:8080/shop/");
  EXPECT_EQ(url.addresses.at(0).to_string(), "127.0.0.1:8080");
  EXPECT_EQ(url.authority, "127.0.0.1:8080");
  EXPECT_EQ(url.prefix, "/shop");
  EXPECT_EQ(TargetUrl::parse("HTTP://127.0.0.1").authority, "127.0.0.1");
  EXPECT_EQ(TargetUrl::parse("http://[::1]").addresses.at(0).to_string(), "[::1]:80");
  EXPECT_EQ(TargetUrl::parse("unix:/run/site.sock").addresses.at(0).path(), "/run/site.sock");
}

TEST(TargetUrl, SaysWhatToWrite) {
  const auto message = [](std::string_view text) {
    return message_of([&] { (void)TargetUrl::parse(text); });
  };
  EXPECT_EQ(message("localhost:8080"),
            "'localhost:8080' is not the URL of a server: it does not begin with http://; write "
            "http://HOST:PORT, http://HOST:PORT/PATH or unix:PATH");
  EXPECT_NE(message("https://a.example").find("does not speak TLS"), std::string::npos);
  EXPECT_NE(message("HTTPS://a.example").find("does not speak TLS"), std::string::npos);
  EXPECT_NE(message("http://").find("there is no host"), std::string::npos);
  EXPECT_NE(message("http://:80").find("there is no host"), std::string::npos);
  EXPECT_NE(message("http://127.0.0.1:99999").find("'127.0.0.1:99999' is not a host and a port"),
            std::string::npos);
  EXPECT_NE(message("http://ada@127.0.0.1").find("TestClient::basic_auth"), std::string::npos);
  EXPECT_NE(message("http://127.0.0.1/a b").find("have to be escaped, as %20"), std::string::npos);
}

TEST(TestClient, SaysWhatALiveServerCannotDo) {
  TestServer server(make_tea_site());
  TestClient client = TestClient::connect(server.url());
  EXPECT_TRUE(client.is_live());
  EXPECT_NE(message_of([&] { client.set_time({}); }).find("TestClient::is_live()"),
            std::string::npos);
}

TEST(TestClient, SaysThatNoServerIsThere) {
  std::string url;
  {
    TestServer server(make_tea_site());
    url = server.url();
  }
  TestClient client = TestClient::connect(url);
  const std::string message = message_of([&] { (void)client.get("/"); });
  EXPECT_NE(message.find(": GET /: cannot connect to 127.0.0.1:"), message.npos) << message;
}

}  // namespace
}  // namespace mastic::testing
