#include "mastic/websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/route_list.h"
#include "mastic/async/context_testing.h"
#include "mastic/websocket/route.h"

namespace mastic::websocket {
namespace handshake_test {

using app::Response;
using async::Task;
using http::Method;
using http::Status;
using routing::Router;

struct Quiet {
  void received(WebSocket&, Message&) {}
};

/// Asks a site for a WebSocket, with a handshake that is right unless a test changes it.
class HandshakeTest : public testing::Test {
 protected:
  HandshakeTest() {
    exchange.authority = "example.com";
    exchange.fields.add("Host", "example.com");
    exchange.fields.add("Connection", "keep-alive, Upgrade");
    exchange.fields.add("Upgrade", "websocket");
    exchange.fields.add("Sec-WebSocket-Version", "13");
    exchange.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  }
  Response ask(app::App site, Method method = Method::Get) {
    apps.push_back(std::move(site));  // an answer refers to its application
    return exchange.call(apps.back(), method, "/chat");
  }
  /// Asks a site whose only route is this one.
  template <class Change>
  Response ask_route(Change change, Method method = Method::Get) {
    Router site;
    auto route = site.websocket<"/chat">([this] {
      ++calls;
      return Quiet();
    });
    change(route);
    return ask(std::move(site), method);
  }
  Response ask_route() {
    return ask_route([](Route&) {});
  }
  Response ask_with(std::string_view name, std::string_view value) {
    exchange.fields.set(name, value);
    return ask_route();
  }
  Response ask_without(std::string_view name) {
    exchange.fields.remove(name);
    return ask_route();
  }

  async::ManualExecutor executor;
  app::TestExchange exchange{executor};
  std::vector<app::App> apps;
  int calls = 0;
};

TEST_F(HandshakeTest, IsAnsweredWith101AndTheValueForItsKey) {
  const Response response = ask_route();
  EXPECT_EQ(response.status, Status::SwitchingProtocols);
  ASSERT_TRUE(response.upgrade);
  EXPECT_EQ(response.upgrade->protocol(), "websocket");
  EXPECT_EQ(response.fields.get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(response.fields.get("Sec-WebSocket-Protocol"));
  EXPECT_FALSE(response.fields.get("Sec-WebSocket-Extensions"));
  EXPECT_EQ(calls, 1);
}

TEST_F(HandshakeTest, TakesListsAndAnyCaseOfTokens) {
  exchange.fields.set("Upgrade", "h2c, WebSocket");
  EXPECT_EQ(ask_with("Connection", "UPGRADE").status, Status::SwitchingProtocols);
}

TEST_F(HandshakeTest, ThatIsNoneGets400) {
  EXPECT_EQ(ask_without("Upgrade").status, Status::BadRequest);
  exchange.fields.set("Upgrade", "websocket");
  EXPECT_EQ(ask_with("Connection", "keep-alive").status, Status::BadRequest);
  exchange.fields.set("Connection", "Upgrade");
  for (const char* const key :
       {"", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ==="}) {
    EXPECT_EQ(ask_with("Sec-WebSocket-Key", key).status, Status::BadRequest) << key;
  }
  EXPECT_EQ(ask_without("Sec-WebSocket-Key").status, Status::BadRequest);
  exchange.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  exchange.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(ask_route().status, Status::BadRequest);
  EXPECT_EQ(calls, 0);
}

TEST_F(HandshakeTest, WithContentGets400) {
  EXPECT_EQ(ask_with("Content-Length", "5").status, Status::BadRequest);
  EXPECT_EQ(ask_with("Content-Length", "0").status, Status::SwitchingProtocols);
  EXPECT_EQ(ask_with("Transfer-Encoding", "chunked").status, Status::BadRequest);
}

TEST_F(HandshakeTest, OfAnotherVersionIsToldTheVersion) {
  const Response response = ask_with("Sec-WebSocket-Version", "8");
  EXPECT_EQ(response.status, Status::UpgradeRequired);
  EXPECT_EQ(response.fields.get("Sec-WebSocket-Version"), "13");
  ASSERT_TRUE(response.upgrade) << "the server names it in the field Upgrade";
  EXPECT_EQ(response.upgrade->protocol(), "websocket");
  EXPECT_EQ(ask_without("Sec-WebSocket-Version").status, Status::UpgradeRequired);
  EXPECT_EQ(calls, 0);
}

TEST_F(HandshakeTest, BeginsWithGet) {
  const Response head = ask_route([](Route&) {}, Method::Head);
  EXPECT_EQ(head.status, Status::MethodNotAllowed);
  EXPECT_EQ(head.fields.get("Allow"), "GET");
  EXPECT_EQ(ask_route([](Route&) {}, Method::Post).status, Status::MethodNotAllowed);
}

TEST_F(HandshakeTest, OfAPageOfAnotherSiteGets403AndTheLogNamesTheRemedy) {
  EXPECT_EQ(ask_with("Origin", "http://example.com").status, Status::SwitchingProtocols);
  const Response response = ask_with("Origin", "https://evil.example");
  EXPECT_EQ(response.status, Status::Forbidden);
  EXPECT_NE(app::text_of(ask_route()).find("ws_allowed_origin"), std::string::npos);
  EXPECT_NE(exchange.recorded.text().find(
                "refused a page of https://evil.example: the origin of this site is "
                "http://example.com; if that page may open WebSockets here, or is this site behind "
                "a proxy, set ws_allowed_origin = https://evil.example"),
            std::string::npos)
      << exchange.recorded.text();
  EXPECT_EQ(calls, 1);
}

TEST_F(HandshakeTest, GivesNoAdviceForAnOriginThatEveryPageCanHave) {
  for (const std::string_view origin : {"null", "", "*", "http://a/"}) {
    EXPECT_EQ(ask_with("Origin", origin).status, Status::Forbidden) << origin;
  }
  EXPECT_TRUE(exchange.recorded.text().contains("refused a page of null: the origin"));
  EXPECT_FALSE(exchange.recorded.text().contains("ws_allowed_origin"));
}

TEST_F(HandshakeTest, OfManyPagesOfOtherSitesIsOneWarningASecondAndOtherwiseOnLevelDebug) {
  Router site;
  site.websocket<"/chat">([] { return Quiet(); });
  apps.push_back(std::move(site));
  exchange.fields.set("Origin", "https://evil.example");
  exchange.recorded.least = base::Level::Warning;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(exchange.call(apps.back(), Method::Get, "/chat").status, Status::Forbidden);
  }
  EXPECT_EQ(exchange.recorded.lines.size(), 1u) << exchange.recorded.text();
  exchange.recorded.least = base::Level::Debug;
  (void)exchange.call(apps.back(), Method::Get, "/chat");
  EXPECT_EQ(exchange.recorded.lines.size(), 2u) << exchange.recorded.text();
}

TEST_F(HandshakeTest, MayComeFromAnOriginThatTheRouteAllows) {
  exchange.fields.set("Origin", "https://example.com");
  EXPECT_EQ(ask_route().status, Status::Forbidden);
  const auto allow = [](Route& route) {
    route.with([](Options& options) { options.allowed_origin = {"https://example.com"}; });
  };
  EXPECT_EQ(ask_route(allow).status, Status::SwitchingProtocols);
  exchange.fields.set("Origin", "https://evil.example");
  EXPECT_EQ(ask_route(allow).status, Status::Forbidden);
}

TEST_F(HandshakeTest, NeedsAnOriginOnlyIfThatIsRequired) {
  const auto require = [](Route& route) {
    route.with([](Options& options) { options.require_origin = true; });
  };
  EXPECT_EQ(ask_route(require).status, Status::Forbidden);
  exchange.fields.set("Origin", "http://example.com");
  EXPECT_EQ(ask_route(require).status, Status::SwitchingProtocols);
}

TEST_F(HandshakeTest, WithTwoOriginsGets400) {
  exchange.fields.add("Origin", "http://example.com");
  exchange.fields.add("Origin", "https://evil.example");
  EXPECT_EQ(ask_route().status, Status::BadRequest);
}

TEST_F(HandshakeTest, AgreesOnTheFirstSubprotocolOfTheRouteThatIsOffered) {
  const auto speak = [](Route& route) { route.protocols({"chat.v2", "chat"}); };
  exchange.fields.set("Sec-WebSocket-Protocol", "chat, chat.v2");
  EXPECT_EQ(ask_route(speak).fields.get("Sec-WebSocket-Protocol"), "chat.v2");
  exchange.fields.set("Sec-WebSocket-Protocol", "other");
  const Response none = ask_route(speak);
  EXPECT_EQ(none.status, Status::SwitchingProtocols);
  EXPECT_FALSE(none.fields.get("Sec-WebSocket-Protocol"));
  exchange.fields.set("Sec-WebSocket-Protocol", "a b");
  EXPECT_EQ(ask_route(speak).status, Status::BadRequest);
}

TEST_F(HandshakeTest, AgreesToCompressOnlyIfThatIsAskedFor) {
  exchange.fields.set("Sec-WebSocket-Extensions", "permessage-deflate");
  EXPECT_FALSE(ask_route().fields.get("Sec-WebSocket-Extensions"));
  const auto compress = [](Route& route) {
    route.with([](Options& options) { options.compression.compress = true; });
  };
  const auto agreed = ask_route(compress);
  EXPECT_TRUE(agreed.fields.get("Sec-WebSocket-Extensions")->starts_with("permessage-deflate"));
}

/// Writes down that it was called, and may answer.
struct Note {
  std::string& order;
  std::string name;
  std::optional<Status> answer = std::nullopt;

  std::optional<Response> before(app::Request&) const {
    order += name;
    if (answer) return Response(*answer);
    return std::nullopt;
  }
};

TEST_F(HandshakeTest, IsCheckedInsideTheSitesMiddlewareAndOutsideThatOfTheRoute) {
  std::string order;
  const auto site = [&] {
    Router router;
    router.use(Note{order, "site "});
    router
        .websocket<"/chat">([&order] {
          order += "handler ";
          return Quiet();
        })
        .use(Note{order, "route "});
    return router;
  };
  EXPECT_EQ(ask(site()).status, Status::SwitchingProtocols);
  EXPECT_EQ(std::exchange(order, ""), "site route handler ");
  exchange.fields.set("Origin", "https://evil.example");
  EXPECT_EQ(ask(site()).status, Status::Forbidden);
  EXPECT_EQ(order, "site ");
}

TEST_F(HandshakeTest, IsRefusedByAMiddlewareThatAnswers) {
  std::string order;
  const auto response = ask_route(
      [&](Route& route) { route.use(Note{.order = order, .answer = Status::Unauthorized}); });
  EXPECT_EQ(response.status, Status::Unauthorized);
  EXPECT_FALSE(response.upgrade);
  EXPECT_EQ(calls, 0);
}

struct Paging {
  int page = 1;
};

TEST_F(HandshakeTest, IsRefusedWhenAnArgumentIsMissing) {
  Router site;
  site.websocket<"/{room}">(
      [](std::string, routing::Cookie<"ticket", std::string>) { return Quiet(); });
  EXPECT_EQ(ask(std::move(site)).status, Status::BadRequest);
}

TEST_F(HandshakeTest, IsRefusedByAFunctionThatThrowsInsteadOfMakingItsObject) {
  Router site;
  site.websocket<"/{room}">([](std::string room) {
    if (room != "tea") throw app::HttpError(Status::NotFound, "there is no such room");
    return Quiet();
  });
  EXPECT_EQ(ask(std::move(site)).status, Status::NotFound);
}

TEST_F(HandshakeTest, GivesAHandlerItsArgumentsAtAnyPosition) {
  exchange.fields.set("Cookie", "ticket=t1");
  Router site;
  site.websocket<"/{room}">([](std::string, WebSocket&, routing::Query<Paging>,
                               routing::Cookie<"ticket", std::string>) -> Task<> { co_return; });
  EXPECT_EQ(ask(std::move(site)).status, Status::SwitchingProtocols);
}

TEST_F(HandshakeTest, OfARouteWhoseOptionsCannotWorkGets500) {
  const auto response = ask_route(
      [](Route& route) { route.with([](Options& options) { options.max_fragments = 0; }); });
  EXPECT_EQ(response.status, Status::InternalServerError);
  EXPECT_NE(exchange.recorded.text().find("--max-ws-fragments"), std::string::npos);
}

TEST(WebSocketRoute, IsListedAsWS) {
  Router site;
  site.websocket<"/room/{name}">([](std::string) { return Quiet(); }).name("room");
  const auto routes = site.routes();
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_EQ(routes[0].method_name, "WS");
  EXPECT_EQ(routes[0].name, "room");
  app::RouteList list;
  list.add_below("", "/chat", app::App(std::move(site)));
  ASSERT_EQ(list.routes().size(), 1U);
  EXPECT_EQ(list.routes()[0].method, "WS");
  EXPECT_EQ(list.routes()[0].path, "/chat/room/{name}");
}

TEST(WebSocketRoute, RefusesAPatternThatDoesNotFit) {
  Router site;
  EXPECT_THROW(site.websocket("/room/{name}", [](WebSocket&) -> Task<> { co_return; }),
               std::invalid_argument);
  EXPECT_THROW(site.websocket("/chat", [] { return Quiet(); }).protocols({"not a token"}),
               std::invalid_argument);
}

}  // namespace handshake_test
}  // namespace mastic::websocket
