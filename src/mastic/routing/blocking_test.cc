#include "mastic/app/blocking.h"

#include <gtest/gtest.h>

#include "mastic/http/request_head.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::BlockingHistory;
using app::Next;
/// Compares the histories that an application has for requests.
struct WhereItLeadsTest : testing::Test {
  BlockingHistory& history_of(const App& app, http::Method method, std::string_view path,
                              std::string_view host = "a") {
    http::RequestHead head;
    head.method = method;
    head.authority = host;
    return app.history_of({.head = head, .path = path, .peer = {}}, path);
  }
  BlockingHistory& get(const App& app, std::string_view path, std::string_view host = "a") {
    return history_of(app, http::Method::Get, path, host);
  }
};

TEST_F(WhereItLeadsTest, EachRouteHasOneHistoryWhateverItsValues) {
  Router router;
  router.get("/a/{name}", [] { return "a"; });
  router.post("/a/{name}", [] { return "posted"; });
  router.get("/b", [] { return "b"; });
  const App app = std::move(router);
  EXPECT_EQ(&get(app, "/a/1"), &get(app, "/a/2"));
  EXPECT_EQ(&get(app, "/a/1"), &history_of(app, http::Method::Head, "/a/1"));
  EXPECT_NE(&get(app, "/a/1"), &history_of(app, http::Method::Post, "/a/1"));
  EXPECT_NE(&get(app, "/a/1"), &get(app, "/b"));
}

TEST_F(WhereItLeadsTest, LooksThroughMiddlewareOfEveryForm) {
  struct Pair {
    void after(Request&, Response&) const {}
  };
  Router router;
  router.get("/a", [] { return "a"; }).use(Pair());
  router.get("/b", [] { return "b"; });
  router.use([](App inner) { return App(std::move(inner)); });
  router.use([](App inner) {
    return App([inner = std::move(inner)](Request& request) { return inner(request); });
  });
  router.use([](Request& request, Next next) { return next(request); });
  router.on_error([](Request&, const Problem&) { return "error"; });
  const App app = app::wrap(Pair(), std::move(router));
  EXPECT_NE(&get(app, "/a"), &get(app, "/b"));
}

TEST_F(WhereItLeadsTest, LooksIntoMountsAndHosts) {
  Router inner;
  inner.get("/a", [] { return "a"; });
  inner.get("", [] { return "top"; });
  Router other;
  other.get("/a", [] { return "other"; });
  Router router;
  router.get("/a", [] { return "outer"; });
  router.mount("/in", std::move(inner));
  router.mount("/", App([] { return "root"; }));
  router.host("other.example", std::move(other));
  const App app = std::move(router);
  EXPECT_NE(&get(app, "/in/a"), &get(app, "/a"));
  EXPECT_NE(&get(app, "/in/a"), &get(app, "/in"));
  EXPECT_NE(&get(app, "/a", "other.example:80"), &get(app, "/a"));
  EXPECT_EQ(&get(app, "/what"), &get(app, "/ever")) << "the mount at the root";
}

TEST_F(WhereItLeadsTest, AnAppThatIsQuickHasOneHistoryWhateverIsBelow) {
  Router pages;
  pages.get("/a", [] { return "a"; });
  pages.get("/b", [] { return "b"; });
  Router router;
  router.mount("/watch", App(std::move(pages)).quick());
  const App app = std::move(router);
  EXPECT_TRUE(get(app, "/watch/a").is_trusted());
  EXPECT_EQ(&get(app, "/watch/a"), &get(app, "/watch/b"));
  EXPECT_TRUE(get(app, "/nothing").is_trusted()) << "a router's own errors are quick";
}

}  // namespace
}  // namespace mastic::routing
