#include "mastic/app/recursive.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/middleware.h"
#include "mastic/app/mount.h"
#include "mastic/app/url_map.h"
#include "mastic/async/sleep.h"
#include "mastic/async/when.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

/// The content of the answer, which is in memory.
std::string content_of(const Response& response) { return std::string(*response.body.bytes()); }

/// Answers "/PATH" with "[PATH]", after a while for /slow, by asking for other paths for the rest.
struct AskingSite {
  Task<Response> operator()(Request& request) const {
    const std::string path(request.path());
    if (path == "/slow") co_await async::sleep_for(10ms);
    if (path == "/both") {
      const std::string first = content_of(co_await include(request, "/slow"));
      const std::string second = content_of(co_await include(request, "/b?c=d"));
      co_return Response::text(first + second);
    }
    if (path == "/forward") co_return co_await forward(request, "/gone");
    if (path == "/loop") co_return co_await forward(request, "/loop");
    if (path == "/gone") co_return Response::text("[gone]", Status::Gone).set("X-Gone", "yes");
    if (path == "/language") {
      co_return Response::text(std::string(*request.preferred_language({"en", "de"})));
    }
    if (path == "/choice")
      co_return Response::text(content_of(co_await include(request, "/language")));
    co_return Response::text("[" + std::string(request.target()) + "]");
  }
};

struct RecursiveTest : testing::Test {
  Response get(const App& app, std::string_view path) {
    return exchange.call(app, Method::Get, path);
  }
  const App site = Recursive()(App(AskingSite()));
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(RecursiveTest, IncludesTheAnswersOfOtherPaths) {
  EXPECT_EQ(text_of(get(site, "/both")), "[/slow][/b?c=d]");
}

TEST_F(RecursiveTest, ForwardsToAnotherPath) {
  Response response = get(site, "/forward");
  EXPECT_EQ(response.status, Status::Gone);
  EXPECT_EQ(response.fields.get("X-Gone"), "yes");
  EXPECT_EQ(text_of(std::move(response)), "[gone]");
}

TEST_F(RecursiveTest, DoesNotGoRoundInCircles) {
  EXPECT_EQ(get(site, "/loop").status, Status::InternalServerError);
}

TEST_F(RecursiveTest, TheAnswerVariesAsItsPartsDo) {
  EXPECT_EQ(get(site, "/choice").fields.get("Vary"), "Accept-Language");
}

TEST_F(RecursiveTest, PathsAreBelowItsPlace) {
  const App shop = [](Request& request) -> Task<Response> {
    if (request.path() == "/basket") co_return Response::text(std::string(request.target()));
    co_return co_await forward(request, "/items/basket");
  };
  const App whole = [inner = App(UrlMap({{"/items", shop}}))](Request& request) {
    return inner(request);
  };
  const App below = Recursive()(whole);
  const App mounted = [&](Request& request) { return call_below(below, 5, request); };
  EXPECT_EQ(text_of(get(mounted, "/shop/items/x")), "/shop/items/basket")
      << "below the place of Recursive, not below that of the handler";
}

TEST_F(RecursiveTest, TheInnermostOneCounts) {
  const App inner = Recursive()(App(AskingSite()));
  const App outer = [&](Request& request) -> Task<Response> {
    if (request.path() == "/b") co_return Response::text("outer");
    if (request.path() != "/then") co_return co_await call_below(inner, 2, request);
    Task<Response> below = call_below(inner, 5, request);
    const Response ignored = co_await std::move(below);
    co_return co_await forward(request, "/b");
  };
  const App app = Recursive()(outer);
  EXPECT_EQ(text_of(get(app, "/x/both")), "[/x/slow][/x/b?c=d]");
  EXPECT_EQ(text_of(get(app, "/then")), "outer") << "a Recursive ends with the code below it";
}

TEST_F(RecursiveTest, AsksForOnePathAtATime) {
  std::string fault;
  const App app = Recursive()(App([&](Request& request) -> Task<Response> {
    if (request.path() != "/") {
      co_await async::sleep_for(5ms);
      co_return Response::text("part");
    }
    Task<Response> first = include(request, "/a");
    try {
      (void)include(request, "/b");
    } catch (const std::logic_error& error) {
      fault = error.what();
    }
    const Response a = co_await std::move(first);
    const Response b = co_await include(request, "/b");
    co_return Response::text(content_of(a) + content_of(b));
  }));
  EXPECT_EQ(text_of(get(app, "/")), "partpart");
  EXPECT_EQ(fault,
            "'/b' is asked for while the request still waits for another path: await one before "
            "you ask for the next");
}

TEST_F(RecursiveTest, IsNeededToAsk) {
  const App app = [](Request& request) -> Response {
    EXPECT_THROW((void)include(request, "/a"), std::logic_error);
    return Response();
  };
  EXPECT_EQ(get(app, "/").status, Status::Ok);
  const App wrong = Recursive()(App([](Request& request) -> Response {
    EXPECT_THROW((void)include(request, "a"), std::invalid_argument);
    EXPECT_THROW((void)include(request, "http://a.org/"), std::invalid_argument);
    return Response();
  }));
  EXPECT_EQ(get(wrong, "/").status, Status::Ok);
}

TEST_F(RecursiveTest, HistoriesAreFoundThroughIt) {
  const App inner = AskingSite();
  const App app = Recursive()(inner);
  const http::RequestHead head;
  const RequestFacts facts{.head = head, .path = "/", .peer = {}};
  EXPECT_EQ(&app.history_of(facts, "/"), &inner.history_of(facts, "/"));
}

}  // namespace
}  // namespace mastic::app
