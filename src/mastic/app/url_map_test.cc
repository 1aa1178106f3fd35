#include "mastic/app/url_map.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

/// Answers with `name` and where the request is.
App place_named(std::string name) {
  return [name = std::move(name)](Request& request) {
    return name + " " + std::string(request.mount_path()) + "|" + std::string(request.path());
  };
}

/// Does the same after a while.
App slow_place_named(std::string name) {
  struct Slow {
    std::string name;
    Task<std::string> operator()(Request& request) const {
      co_await async::sleep_for(10ms);
      co_return name + " " + std::string(request.mount_path()) + "|" + std::string(request.path());
    }
  };
  return Slow{std::move(name)};
}

struct UrlMapTest : testing::Test {
  std::string get(const App& app, std::string_view path, std::string_view host = {}) {
    exchange.authority = host;
    Response response = exchange.call(app, Method::Get, path);
    return response.status == Status::Ok ? text_of(std::move(response))
                                         : std::to_string(code(response.status));
  }
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(UrlMapTest, TakesTheLongestPrefixOfWholeSegments) {
  const App app = UrlMap({{"/f", place_named("f")},
                          {"/", place_named("root")},
                          {"/f/g/", place_named("g")},
                          {"/slow", slow_place_named("slow")}});
  EXPECT_EQ(get(app, "/f"), "f /f|");
  EXPECT_EQ(get(app, "/f/"), "f /f|/");
  EXPECT_EQ(get(app, "/f/x"), "f /f|/x");
  EXPECT_EQ(get(app, "/foo"), "root |/foo");
  EXPECT_EQ(get(app, "/f/g/h"), "g /f/g|/h");
  EXPECT_EQ(get(app, "/f/gh"), "f /f|/gh");
  EXPECT_EQ(get(app, "/slow/x"), "slow /slow|/x");
}

TEST_F(UrlMapTest, AnswersWith404AndListsNothing) {
  const App app = UrlMap({{"/secret", place_named("secret")}});
  Response response = exchange.call(app, Method::Get, "/x");
  EXPECT_EQ(response.status, Status::NotFound);
  EXPECT_EQ(text_of(std::move(response)).find("secret"), std::string::npos);
}

TEST_F(UrlMapTest, PassesWhatNoPlaceTakesToTheOther) {
  const App app = UrlMap({{"/f", place_named("f")}}, place_named("other"));
  EXPECT_EQ(get(app, "/foo"), "other |/foo");
  EXPECT_EQ(get(app, "/f/x"), "f /f|/x");
}

TEST_F(UrlMapTest, TriesPlacesWithAHostFirst) {
  const App app = UrlMap({{"/docs/old", place_named("any")},
                          {"Example.COM", place_named("host")},
                          {"*.example.com", place_named("pattern")},
                          {"*.b.example.com", place_named("longer")},
                          {"a.example.com/docs", place_named("docs")},
                          {"example.com:8080", place_named("port")}});
  EXPECT_EQ(get(app, "/docs/old", "example.com"), "host |/docs/old");
  EXPECT_EQ(get(app, "/", "EXAMPLE.com:81"), "host |/");
  EXPECT_EQ(get(app, "/", "example.com."), "host |/");
  EXPECT_EQ(get(app, "/", "example.com:8080"), "port |/");
  EXPECT_EQ(get(app, "/docs/x", "a.example.com"), "docs /docs|/x");
  EXPECT_EQ(get(app, "/x", "a.example.com"), "pattern |/x");
  EXPECT_EQ(get(app, "/x", "a.b.example.com"), "longer |/x");
  EXPECT_EQ(get(app, "/docs/old/x", "other.org"), "any /docs/old|/x");
  EXPECT_EQ(get(app, "/docs/old/x"), "any /docs/old|/x") << "no host, as in HTTP/1.0";
  EXPECT_EQ(get(app, "/x", "other.org"), "404");
}

TEST_F(UrlMapTest, AUsualPortMayBeLeftOut) {
  const App app = UrlMap({{"a.org:80", place_named("a")}, {"b.org:443", place_named("b")}});
  EXPECT_EQ(get(app, "/", "a.org"), "a |/");
  EXPECT_EQ(get(app, "/", "a.org:80"), "a |/");
  EXPECT_EQ(get(app, "/", "a.org:81"), "404");
  EXPECT_EQ(get(app, "/", "b.org"), "404") << "it did not come over TLS";
}

TEST_F(UrlMapTest, MapsMayBeNested) {
  const App inner = UrlMap({{"/b", place_named("b")}});
  const App app = UrlMap({{"/a", inner}, {"/a/slow", UrlMap({{"/b", slow_place_named("s")}})}});
  EXPECT_EQ(get(app, "/a/b/c"), "b /a/b|/c");
  EXPECT_EQ(get(app, "/a/slow/b/c"), "s /a/slow/b|/c");
  EXPECT_EQ(exchange.request().path(), "/a/slow/b/c") << "every mount was left";
  EXPECT_EQ(get(app, "/a"), "404");
}

TEST_F(UrlMapTest, AnswersOptionsForTheWholeServer) {
  const App app = UrlMap({{"/a", place_named("a")}});
  http::RequestHead head;
  head.target = {.form = http::Target::Form::Asterisk, .path = "*"};
  Request request({.head = head, .path = "*", .peer = {}}, exchange);
  EXPECT_EQ(app(request).take().status, Status::NoContent);
}

TEST_F(UrlMapTest, LeadsToTheHistoryOfTheInnerRoute) {
  const App any = place_named("any");
  const App host = place_named("host");
  const App other = place_named("other");
  const App app = UrlMap({{"/outer", UrlMap({{"/in", any}})}, {"a.org/x", host}}, other);
  http::RequestHead head;
  const auto history = [&](std::string_view path) {
    return &app.history_of({.head = head, .path = path, .peer = {}}, path);
  };
  const auto own = [&](const App& of) {
    return &of.history_of({.head = head, .path = "/", .peer = {}}, "/");
  };
  EXPECT_EQ(history("/outer/in/y"), own(any));
  EXPECT_EQ(history("/x"), own(other));
  head.authority = "a.org";
  EXPECT_EQ(history("/x"), own(host));
}

TEST_F(UrlMapTest, TakesOverHooksAndTasks) {
  const auto with_hook = [](std::string& events, std::string event) {
    App app = [] { return ""; };
    Lifecycle lifecycle;
    lifecycle.on_start([&events, event] { events += event; });
    app.add_lifecycle(std::move(lifecycle));
    return app;
  };
  std::string events;
  const App app = UrlMap({{"/", with_hook(events, "1")}, {"/long", with_hook(events, "2")}},
                         with_hook(events, "3"));
  ASSERT_TRUE(app.lifecycle().start());
  EXPECT_EQ(events, "123") << "in the order in which they were given";
}

TEST(UrlMap, RefusesPlacesThatItCannotRead) {
  const auto why = [](std::vector<std::string> places) -> std::string {
    std::vector<UrlMap::Place> all;
    for (std::string& place : places) all.push_back({std::move(place), [] { return ""; }});
    try {
      const UrlMap map(std::move(all));
    } catch (const std::invalid_argument& refused) {
      return refused.what();
    }
    return "";
  };
  EXPECT_EQ(why({"/a", "/b", "a.org/a", "a.org:1/a", "[::1]:80", ""}), "");
  EXPECT_EQ(why({"/a", "/a/"}), "place '/a/' exists already");
  EXPECT_EQ(why({"a.org", "A.ORG./"}), "place 'A.ORG./' exists already");
  EXPECT_EQ(why({"http://a.org/"}), "place 'http://a.org/': write HOST/PATH, without a scheme");
  EXPECT_EQ(why({"/a/{id}"}), "place '/a/{id}': a path has neither names nor escapes");
  for (const char* const place : {"a b", "*", "a.*.org", "a.org:x", "user@a.org", "a.org:70000"}) {
    EXPECT_EQ(why({place}),
              "place '" + std::string(place) +
                  "': write /PATH, HOST/PATH or HOST:PORT/PATH; a host is a name or *.DOMAIN");
  }
}

}  // namespace
}  // namespace mastic::app
