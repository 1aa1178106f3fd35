#include "mastic/routing/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
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

TEST_F(RouterTest, AnUnknownValueIsAnErrorOfTheHandler) {
  router.get("/", [](Request& request) { return app::borrowed(request.value("name")); });
  EXPECT_EQ(call(Method::Get, "/").status, Status::InternalServerError);
}

TEST_F(RouterTest, RefusesWhatCouldNeverBeReached) {
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

TEST_F(RouterTest, NamesTheMethodsThereAre) {
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

TEST_F(RouterTest, MiddlewareOfAMountIsItsOwn) {
  struct Mark {
    void after(Request&, Response& response) const { response.set("X-Mark", "1"); }
  };
  router.mount("/a", [] { return "a"; }).use(Mark());
  router.mount("/b", [] { return "b"; });
  EXPECT_EQ(call(Method::Get, "/a").fields.get("X-Mark"), "1");
  EXPECT_FALSE(call(Method::Get, "/b").fields.get("X-Mark"));
}

TEST_F(RouterTest, MistakesAreToldAtOnce) {
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

/// Writes down when it is passed, on the way in and out.
struct Trace {
  std::string& order;
  std::string name;
  std::optional<Response> before(Request&) const {
    order += name + "(";
    return std::nullopt;
  }
  void after(Request&, Response&) const { order += ")" + name; }
};

TEST_F(RouterTest, TheFirstMiddlewareUsedIsTheOutermost) {
  std::string order;
  router.get("/", [] { return "inner"; });
  router.use(Trace{order, "1"}).use(Trace{order, "2"});
  EXPECT_EQ(get("/"), "inner");
  EXPECT_EQ(order, "1(2()2)1");
}

}  // namespace
}  // namespace mastic::routing
