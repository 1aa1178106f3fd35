#include "mastic/app/middleware.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <typeinfo>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"
#include "mastic/app/trace_testing.h"
#include "mastic/app/url_map.h"
#include "mastic/async/sleep.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

struct MiddlewareTest : testing::Test {
  Response call(const App& app) { return exchange.call(app, Method::Get, "/"); }
  async::ManualExecutor executor;
  TestExchange exchange{executor};
  std::string order;
};

App plain() {
  return App([] { return "inner"; });
}
App waiting() {
  return App([](Request&) -> Task<std::string> {
    co_await async::sleep_for(10ms);
    co_return "inner";
  });
}
App throwing() {
  return App([](Request&) -> Task<std::string> {
    co_await async::sleep_for(10ms);
    throw std::runtime_error("no");
  });
}

TEST_F(MiddlewareTest, APairRunsAroundHandlersThatWaitAndThatDoNot) {
  for (App (*make)() : {plain, waiting}) {
    order.clear();
    EXPECT_EQ(text_of(call(wrap(Trace{order, "a"}, wrap(Trace{order, "b"}, make())))), "inner");
    EXPECT_EQ(order, "a(b()b)a");
  }
}

TEST_F(MiddlewareTest, APairSeesTheAnswerToAnException) {
  struct Seen {
    Status& status;
    void after(Request&, Response& response) const { status = response.status; }
  };
  Status status{};
  (void)call(wrap(Seen{status}, throwing()));
  EXPECT_EQ(status, Status::InternalServerError);
}

TEST_F(MiddlewareTest, BeforeMayAnswerItself) {
  struct Gate {
    std::optional<Response> before(Request&) const { return Response(Status::Forbidden); }
  };
  EXPECT_EQ(call(wrap(Trace{order, "a"}, wrap(Gate(), plain()))).status, Status::Forbidden);
  EXPECT_EQ(order, "a()a");
}

TEST_F(MiddlewareTest, AnAroundMayWaitAndChangeTheAnswer) {
  const auto around = [](Request& request, Next next) -> Task<Response> {
    co_await async::sleep_for(5ms);
    Response response = co_await next(request);
    co_return std::move(response.set("X-Around", "yes"));
  };
  for (App (*make)() : {plain, waiting, throwing}) {
    EXPECT_EQ(call(wrap(around, make())).fields.get("X-Around"), "yes");
  }
}

TEST_F(MiddlewareTest, AnAroundMayCatchWhatItThrowsItself) {
  const auto around = [](Request&, Next) -> Task<Response> {
    throw 1;
    co_return Response();
  };
  EXPECT_EQ(call(wrap(around, plain())).status, Status::InternalServerError);
}

TEST_F(MiddlewareTest, AWrapperTakesTheApplication) {
  const auto twice = [](App inner) {
    return App([inner = std::move(inner)](Request& request) -> Task<std::string> {
      Response response = co_await inner(request);
      co_return std::string(*response.body.bytes()) + "!";
    });
  };
  EXPECT_EQ(text_of(call(wrap(twice, plain()))), "inner!");
}

/// Waits before the answer is sent, as a layer that commits a transaction does, and may then fail.
struct Commit {
  std::string& order;
  std::string name;
  bool fails = false;
  Task<> after(Request&, Response& response) const {
    struct Begun {
      const Commit& commit;
      bool is_done = false;
      ~Begun() { commit.order += commit.name + (is_done ? " done " : " rolled back "); }
    } begun{*this};
    order += name + (is_error(response.status) ? " hears of an error " : " begins ");
    co_await async::sleep_for(10ms);
    if (fails) throw HttpError(Status::Conflict, "somebody else was first");
    begun.is_done = true;
  }
};

TEST_F(MiddlewareTest, AnAfterMayWaitWhetherTheHandlerWaitedOrNot) {
  for (App (*make)() : {plain, waiting}) {
    order.clear();
    const App app = wrap(Commit{order, "commit"}, make());
    exchange.start(app, Method::Get, "/");
    executor.run();
    executor.advance(15ms);
    EXPECT_EQ(exchange.is_done(), make == &plain);
    executor.advance(10ms);
    ASSERT_TRUE(exchange.is_done());
    EXPECT_EQ(text_of(exchange.take()), "inner");
    EXPECT_EQ(order, "commit begins commit done ");
  }
}

TEST_F(MiddlewareTest, AnExceptionOfAnAfterReplacesTheAnswer) {
  bool was_pulled = false;
  auto is_held = std::make_shared<int>();
  Outcome outcome;
  const App handler = [&, is_held = std::weak_ptr(is_held)](Request& request) {
    request.on_finish([&](const Outcome& ended) { outcome = ended; });
    auto pull = [&, kept = is_held.lock()]() -> std::optional<std::string> {
      was_pulled = true;
      return std::nullopt;
    };
    return Response::of_type("text/plain", Body::produced_by(std::move(pull))).set("X-Old", "yes");
  };
  Response response = call(wrap(Commit{order, "commit", true}, handler));
  EXPECT_EQ(response.status, Status::Conflict);
  EXPECT_FALSE(response.fields.get("X-Old"));
  EXPECT_EQ(text_of(std::move(response)), "409 Conflict\n\nsomebody else was first\n");
  EXPECT_FALSE(was_pulled);
  EXPECT_EQ(is_held.use_count(), 1) << "the old answer was destroyed";
  EXPECT_EQ(outcome.status, Status::Conflict);
}

TEST_F(MiddlewareTest, TheInnermostAfterRunsFirstAndOuterOnesSeeItsError) {
  const App inner = wrap(Commit{order, "inner", true}, plain());
  EXPECT_EQ(call(wrap(Commit{order, "outer"}, inner)).status, Status::Conflict);
  EXPECT_EQ(order, "inner begins inner rolled back outer hears of an error outer done ");
}

TEST_F(MiddlewareTest, AnAfterThatWaitsIsCancelledWithItsRequest) {
  const App app = wrap(Commit{order, "commit"}, plain());
  exchange.start(app, Method::Get, "/");
  executor.run();
  exchange.stop();
  executor.run();
  EXPECT_EQ(exchange.take().status, Status::ServiceUnavailable);
  EXPECT_EQ(order, "commit begins commit rolled back ");
}

// ---- watching ----

struct WatchedCalls {
  std::string text;
};
Task<Response> note_call(App::Watched app, Request& request) {
  std::string& text = request.ext<WatchedCalls>().text;
  text += app.is_middleware() ? "(" : "handler";
  text += app.type() == typeid(Trace) ? "trace " : "";
  Task<Response> task = app(request);
  text += app.is_middleware() ? ")" : "";
  return task;
}

TEST_F(MiddlewareTest, AWatchIsCalledInPlaceOfEachApplication) {
  const App app = wrap(Trace{order, "a"}, wrap(Trace{order, "b"}, plain()));
  app.watch(&note_call);
  EXPECT_EQ(text_of(call(app)), "inner");
  EXPECT_EQ(order, "a(b()b)a");
  EXPECT_EQ(exchange.request().ext<WatchedCalls>().text, "(trace (trace handler))");
}

TEST_F(MiddlewareTest, AWatchReachesWhatIsMounted) {
  const App app = UrlMap({{"/docs", wrap(Trace{order, "a"}, plain())}});
  app.watch(&note_call);
  EXPECT_EQ(text_of(exchange.call(app, Method::Get, "/docs")), "inner");
  EXPECT_EQ(exchange.request().ext<WatchedCalls>().text, "handler(trace handler)");
}

}  // namespace
}  // namespace mastic::app
