#include "mastic/routing/route_handler.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
using namespace std::chrono_literals;
using http::Method;
using http::Status;

struct Color {
  static constexpr std::string_view kPathType = "color";
  static std::optional<Color> from_path(std::string_view text) {
    if (text == "red") return Color{1};
    if (text == "dark blue") return Color{2};
    return std::nullopt;
  }
  int number;
};

std::string shout(std::string_view word, unsigned times) {
  std::string all;
  while (times-- > 0) all.append(word).append("!");
  return all;
}

struct RouteHandlerTest : testing::Test {
  std::string get(std::string_view path) {
    if (!app) app.emplace(std::move(router).build());
    Response response = exchange.call(*app, Method::Get, path);
    if (response.status != Status::Ok) return std::to_string(code(response.status));
    return text_of(std::move(response));
  }
  /// Returns the message for a route that is wrong.
  template <class F>
  std::string rejected(std::string_view pattern, F handler) {
    try {
      router.get(pattern, std::move(handler));
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  }
  Router router;
  std::optional<App> app;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(RouteHandlerTest, TakesTheValuesOfItsRouteInOrder) {
  router.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) {
    return std::string(name) + " " + std::to_string(times);
  });
  EXPECT_EQ(get("/hi/ada/3"), "ada 3");
  EXPECT_EQ(get("/hi/ada/-3"), "ada -3");
  EXPECT_EQ(get("/hi/J%C3%B6rg%2F/0"), "J\xc3\xb6rg/ 0");
}

TEST_F(RouteHandlerTest, TakesTheRequestAtAnyPosition) {
  router.get<"/{a}/{b}">([](std::string a, Request& request, std::string b) {
    return a + std::string(request.path()) + b;
  });
  EXPECT_EQ(get("/x/y"), "x/x/yy");
}

TEST_F(RouteHandlerTest, MayBeAFunctionOrATask) {
  router.get<"/shout/{word}/{times:uint}">(shout);
  router.get<"/later/{word}">([](std::string_view word) -> Task<std::string> {
    co_await async::sleep_for(0ms);
    co_return std::string(word);
  });
  EXPECT_EQ(get("/shout/ha/2"), "ha!ha!");
  EXPECT_EQ(get("/later/on"), "on");
}

TEST_F(RouteHandlerTest, DoesNotMatchValuesThatItsTypesCannotHold) {
  router.get<"/byte/{n:uint}">([](std::uint8_t n) { return std::to_string(n); });
  EXPECT_EQ(get("/byte/255"), "255");
  for (const char* path : {"/byte/256", "/byte/-1", "/byte/1x", "/byte/", "/byte/+1",
                           "/byte/99999999999999999999999", "/byte/0x1"}) {
    EXPECT_EQ(get(path), "404") << path;
  }
}

TEST_F(RouteHandlerTest, DistinguishesRoutesByTheTypesOfTheirValues) {
  router.get<"/{id:uuid}">([](base::Uuid id) { return "uuid " + id.to_string(); });
  router.get<"/{n:int}">([](long n) { return "int " + std::to_string(n); });
  router.get<"/{with:color}">([](Color color) { return "color " + std::to_string(color.number); });
  router.get<"/{word}">([](std::string_view word) { return "word " + std::string(word); });
  router.get<"/me">([] { return "me"; });
  EXPECT_EQ(get("/F81D4FAE-7dec-11d0-a765-00a0c91e6bf6"),
            "uuid f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  EXPECT_EQ(get("/-12"), "int -12");
  EXPECT_EQ(get("/red"), "color 1");
  EXPECT_EQ(get("/dark%20blue"), "color 2");
  EXPECT_EQ(get("/green"), "word green");
  EXPECT_EQ(get("/me"), "me");
}

TEST_F(RouteHandlerTest, BacktracksWhenATypeLeadsNowhere) {
  router.get<"/{n:int}/a">([](int) { return "number"; });
  router.get<"/{word}/b">([](std::string_view) { return "word"; });
  EXPECT_EQ(get("/1/a"), "number");
  EXPECT_EQ(get("/1/b"), "word");
  EXPECT_EQ(get("/x/a"), "404");
}

TEST_F(RouteHandlerTest, TakesTheRestOfAPath) {
  router.get<"/files/{path...}">([](std::string_view path) { return std::string(path); });
  router.get<"/also/{path:path}">([](std::string_view path) { return std::string(path); });
  EXPECT_EQ(get("/files/a/b%20c"), "a/b c");
  EXPECT_EQ(get("/files/"), "");
  EXPECT_EQ(get("/also/x/y"), "x/y");
}

TEST_F(RouteHandlerTest, ChecksAPatternMadeAtRunTimeByTheSameRules) {
  const auto two = [](std::string_view, int) { return ""; };
  EXPECT_EQ(rejected("/{a}/{n:int}", two), "");
  EXPECT_EQ(rejected("/{a}", two),
            "route '/{a}': the handler takes a different number of values than the route has");
  EXPECT_EQ(rejected("/x/{a}/{n}", two),
            "route '/x/{a}/{n}': the handler's parameter has a type: write {name:type}");
  EXPECT_EQ(rejected("/x/{a}/{n:uuid}", two),
            "route '/x/{a}/{n:uuid}': the handler's parameter has a different type");
  EXPECT_EQ(rejected("/y/{a}/{n...}", two),
            "route '/y/{a}/{n...}': the rest of a path can only be text");
  EXPECT_EQ(
      rejected("/z/{a:shape}", [](std::string_view) { return ""; }),
      "route '/z/{a:shape}': '{a:shape}': there is no such type; int, uint, uuid and path are "
      "known, and types that the handler takes");
  EXPECT_EQ(rejected("/{a}/{a}", two), "route '/{a}/{a}': this name is used twice");
}

TEST_F(RouteHandlerTest, ListsItsRoutes) {
  router.get<"/a/{n:int}">([](int) { return ""; }).name("a");
  router.post("/b", [] { return ""; });
  const auto routes = router.routes();
  ASSERT_EQ(routes.size(), 2u);
  EXPECT_EQ(routes[0].method, Method::Get);
  EXPECT_EQ(routes[0].pattern, "/a/{n:int}");
  EXPECT_EQ(routes[0].name, "a");
  EXPECT_EQ(routes[1].method, Method::Post);
}

// ---- patterns that are checked when compiled ----

static_assert(RoutePattern("/").is_valid());
static_assert(RoutePattern("/a/{b}/{c:int}").values() == 2);
static_assert(RoutePattern("/a/{b}/{c:int}").value(1).type == "int");
static_assert(RoutePattern("/{rest...}").value(0).kind == PatternPart::Kind::Rest);
static_assert(RoutePattern("").is_valid());
static_assert(!RoutePattern("a").is_valid());
static_assert(!RoutePattern("/{}").is_valid());
static_assert(!RoutePattern("/{a").is_valid());
static_assert(!RoutePattern("/x{a}").is_valid());
static_assert(!RoutePattern("/{a:}").is_valid());
static_assert(!RoutePattern("/{1a}").is_valid());
static_assert(!RoutePattern("/{a...}/b").is_valid());
static_assert(!RoutePattern("/{a}/{a}").is_valid());
static_assert(!RoutePattern("/a/../b").is_valid());
static_assert(!RoutePattern("/a?b").is_valid());

}  // namespace
}  // namespace mastic::routing
