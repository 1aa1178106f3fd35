#include "mastic/app/route_list.h"

#include <gtest/gtest.h>

#include "mastic/app/app.h"
#include "mastic/app/cascade.h"
#include "mastic/app/error_documents.h"
#include "mastic/app/middleware.h"
#include "mastic/app/url_map.h"

namespace mastic::app {
namespace {

/// A callable that knows its routes.
struct Pages {
  Response operator()() const { return Response(http::Status::NoContent); }
  void list_routes(RouteList& list) const {
    list.add({.method = "GET", .path = "/{page}", .name = "page"});
    list.add({.method = "POST", .host = "own.example", .path = "", .meaning = "a form"});
  }
};

/// The routes of `app`, a line for each.
std::string listed(const App& app) {
  RouteList list;
  list.add_below("", "", app);
  std::string lines;
  for (const ListedRoute& route : list.routes()) {
    lines += (route.method.empty() ? "any" : route.method) + " " + route.host + route.path;
    if (!route.name.empty()) lines += " named " + route.name;
    if (!route.meaning.empty()) lines += ", " + route.meaning;
    if (route.is_blocking) lines += ", blocking";
    if (route.made_by) lines += " by " + route.made_by->factory;
    lines += "\n";
  }
  return lines;
}

App hello() {
  return App([] { return "hello\n"; });
}
struct Stamp {
  void after(Request&, Response&) const {}
};

TEST(RouteList, HasOneLineForAnApplicationThatDoesNotKnowItsRoutes) {
  EXPECT_EQ(listed(hello()), "any /...\n");
  EXPECT_EQ(listed(App(blocking, [] { return "slow\n"; })), "any /..., blocking\n");
}

TEST(RouteList, LooksThroughMiddlewareOfEveryForm) {
  const std::string pages = "GET /{page} named page\nPOST own.example, a form\n";
  EXPECT_EQ(listed(wrap(Stamp{}, Pages{})), pages);
  EXPECT_EQ(listed(wrap([](Request& request, Next next) -> Task<Response> { return next(request); },
                        Pages{})),
            pages);
  EXPECT_EQ(listed(wrap(ErrorDocuments({{http::Status::NotFound, "/404"}}), Pages{})), pages);
}

TEST(RouteList, AddsHostsPortsAndPrefixesOfAMapInTheOrderInWhichTheyAreTried) {
  const App site(UrlMap({{"/", hello()},
                         {"/docs", App(UrlMap({{"/old", Pages{}}}))},
                         {"*.example.com:8080/api", Pages{}}},
                        hello()));
  EXPECT_EQ(listed(site),
            "GET *.example.com:8080/api/{page} named page\n"
            "POST own.example/api, a form\n"
            "GET /docs/old/{page} named page\n"
            "POST own.example/docs/old, a form\n"
            "any /...\n"
            "any /...\n");
}

TEST(RouteList, HasTheApplicationsOfACascadeInTheirOrder) {
  EXPECT_EQ(listed(App(Cascade({App(Pages{}), hello()}))),
            "GET /{page} named page\nPOST own.example, a form\nany /...\n");
}

TEST(RouteList, NamesTheInnermostPartThatHasALabel) {
  App inside(Pages{});
  inside.set_label({.factory = "mastic#pages", .section = "app:pages", .origin = {}});
  App site(UrlMap({{"/a", wrap(Stamp{}, std::move(inside))}, {"/b", hello()}}));
  site.set_label({.factory = "mastic#urlmap", .section = "", .origin = {}});
  EXPECT_EQ(listed(site),
            "GET /a/{page} named page by mastic#pages\n"
            "POST own.example/a, a form by mastic#pages\n"
            "any /b/... by mastic#urlmap\n");
}

}  // namespace
}  // namespace mastic::app
