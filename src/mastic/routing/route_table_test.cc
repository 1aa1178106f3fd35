// Hosts, slashes, names and layers of routes.

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/routing/path_to.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::Next;
using app::TestExchange;
using namespace std::chrono_literals;
using http::Method;
using http::Status;

struct RouteTableTest : testing::Test {
  Response call(std::string_view path, std::string_view host = {}) {
    if (!app) app.emplace(std::move(router).build());
    exchange.authority = host;
    return exchange.call(*app, Method::Get, path);
  }
  std::string get(std::string_view path, std::string_view host = {}) {
    return text_of(call(path, host));
  }
  /// Returns the target of the redirect that `path` is answered with; empty when the answer is no redirect.
  std::string redirect(std::string_view path) {
    const Response response = call(path);
    if (response.status != Status::PermanentRedirect) return {};
    return std::string(response.fields.get("Location").value_or(""));
  }

  Router router;
  std::optional<App> app;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

// ---- hosts ----

TEST_F(RouteTableTest, AHostHasItsOwnApplication) {
  router.get("/", [] { return "main"; });
  router.host("api.example.com", [] { return "api"; });
  router.host("*.example.com", [] { return "any"; });
  router.host("*.eu.example.com", [] { return "eu"; });
  EXPECT_EQ(get("/", "api.example.com"), "api");
  EXPECT_EQ(get("/", "API.Example.com:8080"), "api");
  EXPECT_EQ(get("/", "api.example.com."), "api");
  EXPECT_EQ(get("/", "x.example.com"), "any");
  EXPECT_EQ(get("/", "x.eu.example.com"), "eu");
  EXPECT_EQ(get("/", "example.com"), "main");
  EXPECT_EQ(get("/", "badexample.com"), "main");
  EXPECT_EQ(get("/", ".example.com"), "main");
  EXPECT_EQ(get("/", ""), "main");
}

TEST_F(RouteTableTest, RefusesHostsThatNoRequestCanName) {
  for (const char* host : {"", "*", "a.*.b", "example.com:80", "*.*.com", "a/b", "a b"}) {
    EXPECT_THROW(router.host(host, [] { return ""; }), std::invalid_argument) << host;
  }
  router.host("example.com", [] { return ""; });
  EXPECT_THROW(router.host("example.com", [] { return ""; }), std::invalid_argument);
}

// ---- the slash at the end ----

TEST_F(RouteTableTest, APathThatDiffersBySlashIsRedirected) {
  router.get("/about", [] { return "about"; });
  router.get("/docs/", [] { return "docs"; });
  router.get("/item/{id:int}", [] { return "item"; });
  EXPECT_EQ(redirect("/about/"), "/about");
  EXPECT_EQ(redirect("/docs"), "/docs/");
  EXPECT_EQ(redirect("/item/7/"), "/item/7");
  EXPECT_EQ(call("/item/x/").status, Status::NotFound);
  EXPECT_EQ(get("/about"), "about");
}

TEST_F(RouteTableTest, RedirectsBySlashOnlyForMethodsThatTheRouteHas) {
  router.get("/about", [] { return "about"; });
  router.put("/docs/", [] { return "docs"; });
  app.emplace(std::move(router).build());
  const auto status = [&](Method method, std::string_view path) {
    return exchange.call(*app, method, path).status;
  };
  for (const Method method : {Method::Get, Method::Head, Method::Options}) {
    EXPECT_EQ(status(method, "/about/"), Status::PermanentRedirect);
  }
  EXPECT_EQ(status(Method::Put, "/docs"), Status::PermanentRedirect);
  EXPECT_EQ(status(Method::Post, "/about/"), Status::NotFound);
  EXPECT_EQ(status(Method::Get, "/docs"), Status::NotFound);
  EXPECT_EQ(status(Method::Other, "/about/"), Status::NotImplemented);
}

TEST_F(RouteTableTest, ARootMountTakesWhatASlashDoesNotRedirect) {
  router.get("/about", [] { return "about"; });
  router.mount("/", [](Request& request) { return "root " + std::string(request.method_text()); });
  app.emplace(std::move(router).build());
  EXPECT_EQ(text_of(exchange.call(*app, Method::Post, "/about/")), "root POST");
}

TEST_F(RouteTableTest, BothSpellingsMayBeRoutes) {
  router.get("/a", [] { return "without"; });
  router.get("/a/", [] { return "with"; });
  EXPECT_EQ(get("/a"), "without");
  EXPECT_EQ(get("/a/"), "with");
}

TEST_F(RouteTableTest, TheSameRuleHoldsAtAMount) {
  Router with;
  with.get("/", [] { return "with"; });
  Router without;
  without.get("", [] { return "without"; });
  router.mount("/with", std::move(with));
  router.mount("/without", std::move(without));
  EXPECT_EQ(get("/with/"), "with");
  EXPECT_EQ(redirect("/with"), "/with/");
  EXPECT_EQ(get("/without"), "without");
  EXPECT_EQ(redirect("/without/"), "/without");
}

TEST_F(RouteTableTest, TriesMountsBeforeARedirectAndTheRootMountAfterIt) {
  router.get("/docs", [] { return "page"; });
  router.get("/about", [] { return "about"; });
  router.mount("/docs", [](Request& request) { return "tree" + std::string(request.path()); });
  router.mount("/", [] { return "root"; });
  EXPECT_EQ(get("/docs/"), "tree/");
  EXPECT_EQ(redirect("/about/"), "/about");
  EXPECT_EQ(get("/elsewhere/"), "root");
}

TEST_F(RouteTableTest, NeverRedirectsToAnotherHost) {
  router.get("/{a}/{b}/", [] { return ""; });
  router.get("//evil.example/", [] { return ""; });
  EXPECT_EQ(redirect("//evil.example"), "");
}

// ---- names ----

TEST_F(RouteTableTest, MakesThePathOfANamedRoute) {
  router.get<"/item/{id:int}/{name}">([](int, std::string) { return ""; }).name("item");
  router.get("/files/{path...}", [] { return ""; }).name("file");
  router.get("/", [](Request& request) {
    return request.url_for("item", 7, "a b/\xc3\xa9") + " " + request.url_for("file", "x y/z");
  });
  EXPECT_EQ(get("/"), "/item/7/a%20b%2F%C3%A9 /files/x%20y/z");
}

TEST_F(RouteTableTest, LooksForNamesFromTheInnermostRouterOutwards) {
  Router shop;
  shop.get("/", [](Request& request) {
    return request.url_for("here") + " " + request.url_for("there") + " " + request.url_for("both");
  });
  shop.get("/in", [] { return ""; }).name("here");
  shop.get("/inner", [] { return ""; }).name("both");
  router.get("/out", [] { return ""; }).name("there");
  router.get("/outer", [] { return ""; }).name("both");
  router.mount("/shop", std::move(shop));
  EXPECT_EQ(get("/shop/"), "/shop/in /out /shop/inner");
}

TEST_F(RouteTableTest, SaysWhatIsWrongWithAUrl) {
  router.get("/item/{id:int}", [] { return ""; }).name("item");
  router.get("/{which:int}", [](Request& request) -> std::string {
    try {
      if (request.value("which") == "0") return request.url_for("nothing");
      if (request.value("which") == "1") return request.url_for("item");
      if (request.value("which") == "2") return request.url_for("item", "x");
      return request.url_for("item", "");
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  });
  EXPECT_EQ(get("/0"), "url_for: no route is named 'nothing'");
  EXPECT_EQ(get("/1"), "the path of '/item/{id:int}': it has 1 values, not 0");
  EXPECT_EQ(get("/2"),
            "route '/item/{id:int}': '/item/x' would not lead to this route; check the types of "
            "the values");
  EXPECT_EQ(get("/3"), "the path of '/item/{id:int}': {id} is empty");
}

TEST_F(RouteTableTest, AnyPatternMayHaveAName) {
  router.get("/f/{p...}", [] { return ""; });
  router.post("/f/{p:path}", [] { return ""; }).name("up");
  router.get("/a b", [] { return "blank"; }).name("blank");
  router.get("/", [](Request& request) {
    return request.url_for("up", "x") + " " + request.url_for("blank");
  });
  EXPECT_EQ(get("/"), "/f/x /a%20b");
  EXPECT_EQ(get("/a%20b"), "blank");
}

TEST_F(RouteTableTest, NoUrlLeavesTheSite) {
  EXPECT_THROW((void)path_to<"/{path...}">("/evil.example/x"), std::invalid_argument);
}

TEST_F(RouteTableTest, FindsMountsAndHostsHoweverTheyAreSpelt) {
  router.mount(
      "/\xc3\xbc"
      "ber uns",
      [] { return "about"; });
  router.host("B.Example.", [] { return "host"; });
  EXPECT_EQ(get("/%C3%BCber%20uns/x"), "about");
  EXPECT_EQ(get("/", "b.example"), "host");
}

TEST_F(RouteTableTest, ATaskThatIsDroppedLeavesItsMountToo) {
  router.mount("/m", [](Request&) -> Task<std::string> {
    co_await async::sleep_for(1s);
    co_return "late";
  });
  router.use([](Request& request, Next next) -> Task<Response> {
    {
      const Task<Response> dropped = next(request);
    }
    const std::string path(request.path());
    co_return Response::text(path);
  });
  EXPECT_EQ(get("/m/x"), "/m/x");
}

TEST_F(RouteTableTest, RefusesANameThatIsUsedTwice) {
  router.get("/a", [] { return ""; }).name("a");
  EXPECT_THROW(router.get("/b", [] { return ""; }).name("a"), std::invalid_argument);
}

TEST(PathTo, MakesPathsOfPatterns) {
  EXPECT_EQ(path_to<"/">(), "/");
  EXPECT_EQ((path_to<"/items/{id:int}/{name}">(-7, std::string("a?b"))), "/items/-7/a%3Fb");
  EXPECT_EQ(path_to<"/files/{path...}">(""), "/files/");
  EXPECT_THROW((void)path_to<"/files/{path...}">("a/../b"), std::invalid_argument);
  EXPECT_THROW((void)path_to<"/a/{b}">(".."), std::invalid_argument);
}

// ---- layers, state, routers ----

TEST_F(RouteTableTest, ARouteHasMiddlewareOfItsOwn) {
  struct Tag {
    void after(Request&, Response& response) const { response.set("X-Tag", "1"); }
  };
  router.get("/tagged", [] { return ""; }).use(Tag());
  router.get("/plain", [] { return ""; });
  EXPECT_TRUE(call("/tagged").fields.get("X-Tag"));
  EXPECT_FALSE(call("/plain").fields.get("X-Tag"));
}

TEST_F(RouteTableTest, StateOutlivesItsHandlers) {
  static std::vector<std::string> ended;
  ended.clear();
  struct State {
    explicit State(std::string n) : name(std::move(n)) {}
    ~State() { ended.push_back(name); }
    std::string name;
  };
  struct Handler {
    explicit Handler(const State& s) : state(&s) {}
    Handler(Handler&& other) noexcept : state(std::exchange(other.state, nullptr)) {}
    ~Handler() {
      if (state != nullptr) ended.push_back("handler of " + state->name);
    }
    std::string operator()() const { return state->name; }
    const State* state;
  };
  router.get("/", Handler(router.own<State>("first")));
  router.own<State>("second");
  EXPECT_EQ(get("/"), "first");
  app.reset();
  EXPECT_EQ(ended, (std::vector<std::string>{"handler of first", "second", "first"}));
}

TEST_F(RouteTableTest, TasksStayInTheirRouter) {
  router.get("/named", [] { return ""; }).name("here");
  router.get("/later", [](Request& request) -> Task<std::string> {
    co_await async::sleep_for(1s);
    co_return request.url_for("here");
  });
  EXPECT_EQ(get("/later"), "/named");
  EXPECT_EQ(route_state(exchange.request()).routers(), nullptr);
}

TEST_F(RouteTableTest, ARequestCarriesValuesByType) {
  struct User {
    std::string name = "nobody";
  };
  struct Login {
    std::optional<Response> before(Request& request) const {
      if (request.path() == "/in") request.ext<User>().name = "ada";
      return std::nullopt;
    }
  };
  router.get("/{any}", [](Request& request) {
    const User* const user = request.find_ext<User>();
    return user == nullptr ? "(none)" : user->name;
  });
  router.use(Login());
  EXPECT_EQ(get("/in"), "ada");
  EXPECT_EQ(get("/out"), "(none)");
}

}  // namespace
}  // namespace mastic::routing
