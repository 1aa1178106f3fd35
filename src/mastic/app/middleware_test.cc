#include "mastic/app/middleware.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
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

TEST_F(MiddlewareTest, APairSurroundsHandlersThatWaitAndThatDoNot) {
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

}  // namespace
}  // namespace mastic::app
