#include "mastic/routing/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/route_list.h"
#include "mastic/app/trace_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
using app::Trace;
using namespace std::chrono_literals;
using http::Method;
using http::Status;

struct RouterTest : testing::Test {
  Response call(Method method, std::string_view path) {
    if (!app) app.emplace(std::move(router).build());
    return exchange.call(*app, method, path);
  }
  std::string get(std::string_view path) { return text_of(call(Method::Get, path)); }

  Router router;
  std::optional<App> app;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(RouterTest, CallsTheHandlerOfPathAndMethod) {
  router.get("/", [] { return "home"; });
  router.get("/hi/{name}",
             [](Request& request) { return "hi " + std::string(request.value("name")); });
  router.post("/hi/{name}", [] { return "posted"; });
  EXPECT_EQ(get("/"), "home");
  EXPECT_EQ(get("/hi/ada"), "hi ada");
  EXPECT_EQ(text_of(call(Method::Post, "/hi/ada")), "posted");
  EXPECT_EQ(call(Method::Get, "/nowhere").status, Status::NotFound);
}

TEST_F(RouterTest, DecodesValuesOnce) {
  router.get("/{x}", [](Request& request) { return std::string(request.value("x")); });
  EXPECT_EQ(get("/a%2Fb%20%C3%A9"), "a/b \xc3\xa9");
  EXPECT_EQ(get("/%252F"), "%2F");
}

TEST_F(RouterTest, AskingForAnUnknownValueIsAnErrorOfTheHandler) {
  router.get("/", [](Request& request) { return app::borrowed(request.value("name")); });
  EXPECT_EQ(call(Method::Get, "/").status, Status::InternalServerError);
}

TEST_F(RouterTest, ListsItsRoutesWithThoseOfMountsAndHosts) {
  Router inner;
  inner.on("PURGE", "/{id:int}", app::blocking, [] { return "gone"; }).name("purge");
  router.mount("/api", std::move(inner));
  router.get("/", [] { return "home"; }).use([](App below) { return below; });
  router.host("old.example.com", [] { return "old"; });
  router.on_error([](Request&, const Problem&) { return "sorry"; });
  app::RouteList list;
  list.add_below("", "/site", std::move(router).build());
  std::string lines;
  for (const app::ListedRoute& route : list.routes()) {
    lines += route.method + " " + route.host + route.path + " " + route.name +
             (route.is_blocking ? " blocking\n" : "\n");
  }
  EXPECT_EQ(lines,
            " old.example.com/site/... \n"
            "GET /site/ \n"
            "PURGE /site/api/{id:int} purge blocking\n");
}

TEST_F(RouterTest, RefusesRoutesThatCouldNeverBeReached) {
  for (const char* pattern : {"/a?b", "/a#b", "/a/../b", "/a/./b", "a"}) {
    EXPECT_THROW(router.get(pattern, [] { return ""; }), std::invalid_argument) << pattern;
  }
  EXPECT_THROW(router.on(Method::Other, "/", [] { return ""; }), std::invalid_argument);
  router.mount("/m", [] { return "first"; });
  EXPECT_THROW(router.mount("/m/", [] { return "second"; }), std::invalid_argument);
}

TEST_F(RouterTest, AnswersHeadWithTheHandlerOfGet) {
  router.get("/", [] { return "home"; });
  EXPECT_EQ(call(Method::Head, "/").status, Status::Ok);
}

TEST_F(RouterTest, AHandlerForHeadIsPreferred) {
  router.get("/", [] { return "get"; });
  router.on(Method::Head, "/", [] { return Status::Accepted; });
  EXPECT_EQ(call(Method::Head, "/").status, Status::Accepted);
}

TEST_F(RouterTest, NamesTheAllowedMethods) {
  router.get("/a", [] { return ""; });
  router.put("/a", [] { return ""; });
  for (const Method method : {Method::Post, Method::Delete, Method::Trace}) {
    Response response = call(method, "/a");
    EXPECT_EQ(response.status, Status::MethodNotAllowed);
    EXPECT_EQ(response.fields.get("Allow"), "OPTIONS, GET, HEAD, PUT");
  }
  Response options = call(Method::Options, "/a");
  EXPECT_EQ(options.status, Status::NoContent);
  EXPECT_EQ(options.fields.get("Allow"), "OPTIONS, GET, HEAD, PUT");
}

TEST_F(RouterTest, DoesNotImplementUnknownMethodsOfAnyPath) {
  router.get("/a", [] { return ""; });
  router.mount("/files", [] { return ""; });
  EXPECT_EQ(call(Method::Other, "/x").status, Status::NotImplemented);
  EXPECT_EQ(call(Method::Other, "/a").status, Status::NotImplemented);
  EXPECT_EQ(call(Method::Other, "/a/").status, Status::NotImplemented);
  EXPECT_EQ(call(Method::Head, "/x").status, Status::NotFound);
  EXPECT_EQ(call(Method::Options, "/x").status, Status::NotFound);
}

TEST_F(RouterTest, TakesHandlersForExtensionMethods) {
  router.get("/cache/{key}", [] { return "cached"; });
  router.on<"/cache/{key}">("PURGE", [](std::string key) { return "purged " + key; });
  router.on("BAN", "/cache/{key}", [] { return "banned"; });
  router.on("POST", "/cache/{key}", [] { return "posted"; });
  router.get("/about", [] { return "about"; });
  const auto call_by = [&](std::string_view name, std::string_view path) {
    exchange.method_name = name;
    return call(Method::Other, path);
  };
  EXPECT_EQ(text_of(call_by("PURGE", "/cache/a%20b")), "purged a b");
  EXPECT_EQ(text_of(call_by("BAN", "/cache/a")), "banned");
  EXPECT_EQ(call_by("purge", "/cache/a").status, Status::NotImplemented);
  EXPECT_EQ(call_by("BREW", "/cache/a").status, Status::NotImplemented);
  Response elsewhere = call_by("PURGE", "/about");
  EXPECT_EQ(elsewhere.status, Status::MethodNotAllowed)
      << "it is known here, but not for this path";
  EXPECT_EQ(elsewhere.fields.get("Allow"), "OPTIONS, GET, HEAD");
  EXPECT_EQ(call_by("PURGE", "/nowhere").status, Status::NotFound);
  EXPECT_EQ(call_by("BREW", "/nowhere").status, Status::NotImplemented);
  EXPECT_EQ(call_by("PURGE", "/cache/a/").status, Status::PermanentRedirect);
  exchange.method_name = {};
  EXPECT_EQ(text_of(call(Method::Post, "/cache/a")), "posted") << "a method may be named, too";
  Response refused = call(Method::Put, "/cache/a");
  EXPECT_EQ(refused.status, Status::MethodNotAllowed);
  EXPECT_EQ(refused.fields.get("Allow"), "OPTIONS, GET, HEAD, POST, PURGE, BAN");
  EXPECT_EQ(call(Method::Options, "/cache/a").fields.get("Allow"),
            "OPTIONS, GET, HEAD, POST, PURGE, BAN");
}

/// Returns the message of the exception that `enter` throws.
template <class Refusal, class Enter>
std::string refusal_of(Enter enter) {
  try {
    enter();
  } catch (const Refusal& refusal) {
    return refusal.what();
  }
  return "nothing";
}

TEST_F(RouterTest, RefusesNamesThatAreNotMethods) {
  const auto refused = [&](const char* method) {
    return refusal_of<std::invalid_argument>(
        [&] { router.on(method, "/cache", [] { return ""; }); });
  };
  EXPECT_EQ(refused("PURGE"), "nothing");
  EXPECT_EQ(refused("PURGE"), "route '/cache' has a handler for PURGE already");
  EXPECT_EQ(refused(""), "route '/cache': '' is not the name of a method");
  EXPECT_EQ(refused("PURGE ALL"), "route '/cache': 'PURGE ALL' is not the name of a method");
  EXPECT_EQ(
      refused("Get"),
      "route '/cache': the name of a method is spelt in capitals: write GET instead of 'Get'");
  EXPECT_TRUE(refused("OTHER").starts_with("route '/cache': Method::Other stands for any method"));
}

TEST_F(RouterTest, RefusesRoutesOnceItHasBecomeAnApplication) {
  struct Mark {
    void after(Request&, Response& response) const { response.set("X-Mark", "1"); }
  };
  Router::Route route = router.get("/early", [] { return "early"; });
  Router::Mount mount = router.mount("/m", [] { return ""; });
  Router::Mount host = router.host("h.example", [] { return ""; });
  EXPECT_EQ(get("/early"), "early");  // from here on it is an App
  const std::string late =
      " comes too late: this router was moved, into run(), an App, a mount or another Router. "
      "Enter "
      "everything before that";
  const auto refused = [&](auto enter) { return refusal_of<std::logic_error>(enter); };
  EXPECT_EQ(refused([&] { router.get("/late", [] { return ""; }); }), "route '/late'" + late);
  EXPECT_EQ(refused([&] { router.get<"/n/{n:int}">([](int) { return ""; }); }),
            "route '/n/{n:int}'" + late);
  EXPECT_EQ(refused([&] { router.mount("/late", [] { return ""; }); }), "mount '/late'" + late);
  EXPECT_EQ(refused([&] { router.host("late.example", [] { return ""; }); }),
            "host 'late.example'" + late);
  EXPECT_EQ(refused([&] { router.use(Mark()); }), "a middleware" + late);
  EXPECT_EQ(refused([&] { router.on_error([](Request&, const Problem&) { return ""; }); }),
            "an error page" + late);
  EXPECT_EQ(refused([&] { router.own<int>(); }), "its state" + late);
  EXPECT_EQ(refused([&] { router.on_start([] {}); }), "a hook of the start" + late);
  EXPECT_EQ(refused([&] { router.on_stop([] {}); }), "a hook of the end" + late);
  EXPECT_EQ(refused([&] { (void)router.log("late"); }), "a log" + late);
  EXPECT_EQ(refused([&] { (void)router.routes(); }), "the list of routes" + late);
  EXPECT_EQ(refused([&] { (void)App(std::move(router)); }), "an App of it" + late);
  const std::string for_it =
      "': its router has become an application already: give it its name and middleware before "
      "that";
  EXPECT_EQ(refused([&] { route.use(Mark()); }), "route '/early" + for_it);
  EXPECT_EQ(refused([&] { route.name("early"); }), "route '/early" + for_it);
  EXPECT_EQ(refused([&] { mount.use(Mark()); }), "mount '/m" + for_it);
  EXPECT_EQ(refused([&] { host.use(Mark()); }), "host 'h.example" + for_it);
  router = Router();
  EXPECT_EQ(refused([&] { router.get("/again", [] { return ""; }); }), "nothing");
}

TEST_F(RouterTest, MountsApplicationsBelowAPrefix) {
  const auto show = [](Request& request) {
    return std::string(request.mount_path()) + "|" + std::string(request.path());
  };
  router.mount("/docs", show);
  router.mount("/docs/api/", show);
  router.get("/docs/own", [] { return "own"; });
  EXPECT_EQ(get("/docs/a/b"), "/docs|/a/b");
  EXPECT_EQ(get("/docs"), "/docs|");
  EXPECT_EQ(get("/docs/"), "/docs|/");
  EXPECT_EQ(get("/docs/api/x"), "/docs/api|/x");
  EXPECT_EQ(get("/docs/own"), "own");
  EXPECT_EQ(call(Method::Get, "/docsx").status, Status::NotFound);
}

TEST_F(RouterTest, MountsNestAndLeaveThePathAsItWas) {
  Router inner;
  inner.get("/{x}", [](Request& request) -> Task<std::string> {
    co_await async::sleep_for(1ms);
    co_return std::string(request.mount_path()) + "|" + std::string(request.value("x"));
  });
  Router middle;
  middle.mount("/b", std::move(inner));
  router.mount("/a", std::move(middle));
  std::string after;
  struct Look {
    std::string& seen;
    void after(Request& request, Response&) const { seen = request.path(); }
  };
  router.use(Look{after});
  EXPECT_EQ(get("/a/b/c"), "/a/b|c");
  EXPECT_EQ(after, "/a/b/c");
}

TEST_F(RouterTest, AMountAtTheRootTakesTheRest) {
  router.get("/own", [] { return "own"; });
  router.mount("/", [](Request& request) { return "rest " + std::string(request.path()); });
  EXPECT_EQ(get("/own"), "own");
  EXPECT_EQ(get("/other/x"), "rest /other/x");
}

TEST_F(RouterTest, AMountHasItsOwnMiddleware) {
  struct Mark {
    void after(Request&, Response& response) const { response.set("X-Mark", "1"); }
  };
  router.mount("/a", [] { return "a"; }).use(Mark());
  router.mount("/b", [] { return "b"; });
  EXPECT_EQ(call(Method::Get, "/a").fields.get("X-Mark"), "1");
  EXPECT_FALSE(call(Method::Get, "/b").fields.get("X-Mark"));
}

TEST_F(RouterTest, ReportsMistakesAtOnce) {
  EXPECT_THROW(router.get("no-slash", [] { return ""; }), std::invalid_argument);
  EXPECT_THROW(router.mount("/{x}", [] { return ""; }), std::invalid_argument);
  router.get("/twice", [] { return ""; });
  try {
    router.get("/twice", [] { return ""; });
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "route '/twice' has a handler for GET already");
  }
}

TEST_F(RouterTest, TheFirstMiddlewareUsedIsTheOutermost) {
  std::string order;
  router.get("/", [] { return "inner"; });
  router.use(Trace{order, "1"}).use(Trace{order, "2"});
  EXPECT_EQ(get("/"), "inner");
  EXPECT_EQ(order, "1(2()2)1");
}

}  // namespace
}  // namespace mastic::routing
