#include "mastic/testing/cookie_jar.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "mastic/http/cookie.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::Request;
using app::Response;

class CookieJarTest : public ::testing::Test {
 protected:
  /// Gives the jar an answer of `host` to GET `target` that sets `cookie`.
  void answer(std::string_view cookie, std::string_view target = "/",
              std::string_view host = "a.example") {
    http::Fields fields;
    fields.add("Set-Cookie", cookie);
    jar.take(fields.view(), {host, target, now});
  }
  std::string sent(std::string_view target = "/", std::string_view host = "a.example") {
    return jar.field_for({host, target, now});
  }
  CookieJar jar;
  base::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29);
};

TEST_F(CookieJarTest, SendsCookiesThatWereSet) {
  answer("id=7; Path=/; HttpOnly; Secure; SameSite=Lax");
  answer("theme=dark; Path=/");
  EXPECT_EQ(sent(), "id=7; theme=dark");
  answer("id=8; Path=/");
  EXPECT_EQ(sent(), "id=8; theme=dark");
  EXPECT_EQ(jar.get("id"), "8");
  EXPECT_EQ(jar.get("none"), std::nullopt);
}

TEST_F(CookieJarTest, ForgetsExpiredCookies) {
  answer("short=1; Max-Age=60");
  answer("date=1; Expires=Sun, 29 Nov 2026 00:02:00 GMT");
  answer("both=1; Max-Age=600; Expires=Sun, 29 Nov 2026 00:02:00 GMT");
  answer("session=1");
  now += 59s;
  EXPECT_EQ(sent(), "short=1; date=1; both=1; session=1");
  now += 1s;
  EXPECT_EQ(sent(), "date=1; both=1; session=1");
  now += 1min;
  EXPECT_EQ(sent(), "both=1; session=1");
  now += 1h;
  EXPECT_EQ(sent(), "session=1");
}

TEST_F(CookieJarTest, RemovesCookiesThatAreSetWithAPastExpiry) {
  answer("id=7");
  answer("id=; Max-Age=0");
  EXPECT_EQ(sent(), "");
  answer("id=7");
  answer("id=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(sent(), "");
  answer("id=7; Max-Age=-99999999999999999999");
  EXPECT_EQ(sent(), "");
}

TEST_F(CookieJarTest, ReadsDatesAsTheyHaveEverBeenSpelt) {
  for (const std::string date :
       {"Sun, 29-Nov-2026 00:02:00 GMT", "Sunday, 29-Nov-26 00:02:00 GMT", "Sun Nov 29 0:2:0 2026",
        "29 november 2026 00:02:00", "00:02:00 2026/29/nov"}) {
    answer("id=7; Expires=" + date);
    now += 119s;
    EXPECT_EQ(sent(), "id=7") << date;
    now += 1s;
    EXPECT_EQ(sent(), "") << date;
    now -= 2min;
  }
}

TEST_F(CookieJarTest, RemovesWhatHasExpiredHoweverLongAgo) {
  for (const std::string date : {"Thu, 01-Jan-1970 00:00:00 GMT", "Mon, 01 Jan 1601 00:00:00 GMT",
                                 "Wed, 31 Dec 1676 23:59:59 GMT", "Thu, 01 Jan 70 00:00:00 GMT",
                                 "Mon, 01 Jan 0001 00:00:00 GMT"}) {
    answer("id=7");
    answer("id=; Expires=" + date);
    EXPECT_EQ(sent(), "") << date;
  }
}

TEST_F(CookieJarTest, LimitsTheAgeOfACookie) {
  answer("id=7; Max-Age=99999999999999999999");
  answer("other=7; Expires=Fri, 31 Dec 9999 23:59:59 GMT");
  now += std::chrono::hours(24 * 399);
  EXPECT_EQ(sent(), "id=7; other=7");
  now += std::chrono::hours(24 * 2);
  EXPECT_EQ(sent(), "");
}

TEST_F(CookieJarTest, IgnoresAMalformedAgeOrDate) {
  for (const std::string date :
       {"tomorrow", "Mon, 01 Jan 1600 00:00:00 GMT", "Thu, 30 Feb 2026 00:00:00 GMT",
        "Thu, 01 Jan 1970 24:00:00 GMT", "Thu, 01 Jan 19700 00:00:00 GMT", "01 Jan 1970", ""}) {
    answer("id=7; Max-Age=soon; Expires=" + date);
    now += 1h;
    EXPECT_EQ(sent(), "id=7") << date;
  }
}

TEST_F(CookieJarTest, SendsOnlyBelowThePath) {
  answer("deep=1; Path=/a/b");
  answer("folder=1", "/a/page");
  answer("all=1; Path=/");
  EXPECT_EQ(sent("/a/b/c?x=/"), "deep=1; folder=1; all=1");
  EXPECT_EQ(sent("/a/b"), "deep=1; folder=1; all=1");
  EXPECT_EQ(sent("/a/bc"), "folder=1; all=1");
  EXPECT_EQ(sent("/?/a/b"), "all=1");
  EXPECT_EQ(sent("*"), "all=1");
}

TEST_F(CookieJarTest, SendsToSubdomainsOnlyWithADomain) {
  answer("own=1");
  answer("wide=1; Domain=.A.example");
  EXPECT_EQ(sent("/", "A.example:8080"), "own=1; wide=1");
  EXPECT_EQ(sent("/", "www.a.example"), "wide=1");
  EXPECT_EQ(sent("/", "nota.example"), "");
  EXPECT_EQ(sent("/", "example"), "");
}

TEST_F(CookieJarTest, RejectsForeignDomainsAndBrokenPrefixes) {
  answer("a=1; Domain=b.example");
  answer("b=1; Domain=www.a.example");
  answer("c=1; Domain=0.0.1", "/", "127.0.0.1");
  answer("__Host-d=1; Secure; Path=/x");
  answer("__Host-e=1; Path=/");
  answer("__host-f=1; Secure; Path=/; Domain=a.example");
  answer("__Secure-g=1");
  answer("no pair");
  answer("=no name");
  answer("h=1; Domain=example");
  answer("i=1; Domain=.");
  answer("long=" + std::string(4093, 'x'));
  EXPECT_TRUE(jar.empty());
  answer("__Host-d=1; Secure; Path=/");
  answer("__Secure-g=1; Secure");
  EXPECT_EQ(sent(), "__Host-d=1; __Secure-g=1");
  answer("a=" + std::string(4095, 'x'), "/", "localhost");
  EXPECT_EQ(sent("/", "localhost").size(), 4097u);
}

TEST_F(CookieJarTest, AcceptsAnIpAddressAsHost) {
  answer("a=1; Domain=", "/", "[::1]:8080");
  EXPECT_EQ(sent("/", "[::1]:9090"), "a=1");
  EXPECT_EQ(sent("/", "[::2]:8080"), "");
}

TEST_F(CookieJarTest, SendsCookiesThatATestSets) {
  jar.set("id", "1");
  jar.set("id", "2");
  EXPECT_EQ(sent("/deep/down", "b.example"), "id=2");
  answer("id=3");
  EXPECT_EQ(sent(), "id=3");
  EXPECT_EQ(sent("/", "b.example"), "");
  jar.clear();
  EXPECT_EQ(sent(), "");
}

TEST_F(CookieJarTest, RemovesTheCookieOfATestWhenTheApplicationDoes) {
  jar.set("id", "1");
  answer("id=; Max-Age=0");
  EXPECT_EQ(sent(), "");
}

// ---- in a client ----

routing::Router make_login_site() {
  routing::Router site;
  site.post("/login", [] {
    Response response(http::Status::NoContent);
    response.fields.add(
        "Set-Cookie",
        http::SetCookie{.name = "__Host-user", .value = "ada", .max_age = 1h}.to_string());
    return response;
  });
  site.get("/who", [](Request& request) {
    return std::string(request.cookie("__Host-user").value_or("a stranger"));
  });
  site.get("/from", [](Request& request) { return request.peer().to_string(); });
  return site;
}

TEST(TestClientCookies, AreSentWithLaterRequestsUntilTheyExpire) {
  TestClient client(make_login_site());
  EXPECT_EQ(client.get("/who").text, "a stranger");
  client.post("/login", "");
  EXPECT_EQ(client.get("/who").text, "ada");
  EXPECT_EQ(client.cookies().get("__Host-user"), "ada");
  client.pass(59min);
  EXPECT_EQ(client.get("/who").text, "ada");
  client.pass(1min);
  EXPECT_EQ(client.get("/who").text, "a stranger");
}

TEST(TestClientCookies, AreGoneOnceTheJarIsCleared) {
  TestClient client(make_login_site());
  client.post("/login", "");
  client.cookies().clear();
  EXPECT_EQ(client.get("/who").text, "a stranger");
}

TEST(TestClientCookies, GiveWayToTheCookieFieldOfARequest) {
  TestClient client(make_login_site());
  client.post("/login", "");
  EXPECT_EQ(client.get("/who", {{"Cookie", "__Host-user=bob"}}).text, "bob");
  EXPECT_EQ(client.get("/who").text, "ada");
}

TEST(TestClientPeer, HasTheAddressThatTheTestSets) {
  TestClient client(make_login_site());
  EXPECT_EQ(client.get("/from").text, "unix");
  client.set_peer("203.0.113.9");
  EXPECT_EQ(client.get("/from").text, "203.0.113.9:40000");
  client.set_peer("2001:db8::1", 80);
  EXPECT_EQ(client.get("/from").text, "[2001:db8::1]:80");
  EXPECT_NE(client.send_raw("GET /from HTTP/1.1\r\nHost: a\r\n\r\n").find("[2001:db8::1]:80"),
            std::string::npos);
}

TEST(TestClientPeer, RefusesTextThatIsNotAnAddress) {
  TestClient client(make_login_site());
  const std::string line = std::to_string(std::source_location::current().line() + 2);
  try {
    client.set_peer("localhost");
    FAIL() << "it was taken";
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(error.what(), "cookie_jar_test.cc:" + line +
                                ": set_peer: 'localhost' is not an IP address; write it as "
                                "203.0.113.9 or 2001:db8::1");
  }
}

struct CookieItem {
  std::string name;
  int count = 0;
};

TEST(TestResponse, IsReadAsJson) {
  routing::Router site;
  site.get("/item", [] { return CookieItem{"tea", 2}; });
  site.get("/items", [] { return std::vector<CookieItem>{{"tea", 2}, {"milk", 1}}; });
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/item").json<CookieItem>().count, 2);
  EXPECT_EQ(client.get("/items").json<std::vector<CookieItem>>().at(1).name, "milk");
}

TEST(TestResponse, SaysWhyItIsNotTheExpectedJson) {
  routing::Router site;
  site.get("/item", [] { return CookieItem{"tea", 2}; });
  TestClient client(std::move(site));
  const auto fault = [&](std::string_view target) -> std::string {
    try {
      (void)client.get(target).json<std::vector<int>>();
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return {};
  };
  const std::string not_an_array = fault("/item");
  EXPECT_NE(not_an_array.find("the answer is not the JSON that was expected: an array is expected, "
                              "an object found\n> GET /item\n"),
            std::string::npos)
      << not_an_array;
  EXPECT_TRUE(not_an_array.ends_with("\n<\n< {\"name\":\"tea\",\"count\":2}\n")) << not_an_array;
  EXPECT_NE(fault("/none").find("< 404 Not Found\n"), std::string::npos) << fault("/none");
}

}  // namespace
}  // namespace mastic::testing
