#include "mastic/app/cascade.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"
#include "mastic/async/sleep.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

struct CascadeTest : testing::Test {
  Response call(const App& app, Body body = {}) {
    return exchange.call(app, Method::Post, "/", std::move(body));
  }
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

/// Answers with `status` at once.
App answering(Status status) {
  return [status] { return Response::text("answer", status); };
}
/// Answers with `status` after a while.
App answering_later(Status status) {
  struct Later {
    Status status;
    Task<Response> operator()(Request&) const {
      co_await async::sleep_for(10ms);
      co_return Response::text("later", status);
    }
  };
  return Later{status};
}
/// Answers with `status` at once, without having its content gathered as a plain handler does.
App refusing(Status status) {
  return [status](Request&) { return Task<Response>(Response(status)); };
}
/// Pulls the content to its end or `most` bytes of it, and answers 404.
App reading(std::string& read, std::size_t most = 1 << 20) {
  struct Reading {
    std::string& read;
    std::size_t most;
    Task<Status> operator()(Request& request) const {
      std::size_t bytes = 0;
      while (bytes < most) {
        const auto piece = co_await request.body().next();
        if (!piece) break;
        bytes += piece->size();
        read += *piece;
      }
      co_return Status::NotFound;
    }
  };
  return Reading{read, most};
}
/// Answers with the content, which it takes as plain handlers do.
App echo() {
  return [](Request& request) { return std::string(request.text()); };
}
/// Content that arrives after a while, in `pieces` of ten bytes.
Body arriving(int pieces) {
  return Body::produced_by([pieces]() mutable -> Task<std::optional<std::string>> {
    co_await async::sleep_for(5ms);
    if (pieces == 0) co_return std::nullopt;
    co_return std::string(10, static_cast<char>('a' + --pieces % 26));
  });
}

TEST_F(CascadeTest, TakesTheFirstAnswerThatIsNotCaught) {
  for (App (*first)(Status) : {answering, answering_later}) {
    for (App (*second)(Status) : {answering, answering_later}) {
      const auto status_of = [&](Status a, Status b) {
        return call(Cascade({first(a), second(b)})).status;
      };
      EXPECT_EQ(status_of(Status::Ok, Status::Created), Status::Ok);
      EXPECT_EQ(status_of(Status::NotFound, Status::Created), Status::Created);
      EXPECT_EQ(status_of(Status::Forbidden, Status::Created), Status::Forbidden);
      EXPECT_EQ(status_of(Status::NotFound, Status::NotFound), Status::NotFound);
    }
  }
}

TEST_F(CascadeTest, CatchesTheStatusesOfItsOptions) {
  const App app = Cascade({answering(Status::MethodNotAllowed), answering_later(Status::Gone),
                           answering(Status::NotFound), answering(Status::Ok)},
                          {.caught = {Status::MethodNotAllowed, Status::Gone}});
  EXPECT_EQ(call(app).status, Status::NotFound);
}

TEST_F(CascadeTest, CatchesTheAnswerToAnException) {
  const App throwing = []() -> std::string { throw HttpError(Status::NotFound); };
  EXPECT_EQ(call(Cascade({throwing, answering(Status::Ok)})).status, Status::Ok);
}

TEST_F(CascadeTest, RefusesWhatMakesNoSense) {
  EXPECT_THROW(Cascade({}), std::invalid_argument);
  EXPECT_THROW(Cascade({echo()}, {.caught = {Status::Ok}}), std::invalid_argument);
}

TEST_F(CascadeTest, AFileMaySayWhatIsCaught) {
  CascadeOptions options;
  base::OptionTable table;
  options.describe(table);
  EXPECT_EQ(table.find("catch")->default_text, "404");
  EXPECT_TRUE(table.set("catch", "405"));
  EXPECT_TRUE(table.set("catch", "500"));
  EXPECT_EQ(options.caught, (std::vector{Status::MethodNotAllowed, Status::InternalServerError}));
  EXPECT_EQ(table.set("catch", "404,405").error().message,
            "catch: '404,405' is no status; write one such as 404, or several with spaces between");
  EXPECT_TRUE(table.set("catch", "204"));
  EXPECT_EQ(options.check().error().message, "catch: a cascade cannot catch the status 204");
}

TEST_F(CascadeTest, WhatAnApplicationReadsWholeIsCountedBesidesWhatIsKeptForTheNext) {
  const App whole = [](Request& request) -> Task<Status> {
    co_await request.body().read_all(100);
    co_return Status::NotFound;
  };
  call(Cascade({whole, refusing(Status::Ok)}), arriving(3));
  EXPECT_EQ(exchange.held, 60u);
}

TEST_F(CascadeTest, EachApplicationReadsTheWholeContent) {
  std::string first, second;
  const App app = Cascade({reading(first), reading(second, 1), echo()});
  EXPECT_EQ(text_of(call(app, arriving(3))), std::string("ccccccccccbbbbbbbbbbaaaaaaaaaa"));
  EXPECT_EQ(first, "ccccccccccbbbbbbbbbbaaaaaaaaaa");
  EXPECT_EQ(second, first) << "what was kept is one piece";
  EXPECT_EQ(text_of(call(Cascade({echo(), echo()}), arriving(1))), "aaaaaaaaaa");
}

TEST_F(CascadeTest, ContentInMemoryIsThereForEach) {
  const std::string large(100'000, 'x');
  const App taking = [](Request& request) {
    const Body taken = std::exchange(request.body(), Body::taken());
    return Status::NotFound;
  };
  std::string read;
  const App app = Cascade({reading(read), taking, reading(read), echo()});
  EXPECT_EQ(text_of(call(app, Body::borrowed(large))), large);
  EXPECT_EQ(read, large + large);
  EXPECT_EQ(text_of(call(app, Body::shared(large, nullptr))), large);
  EXPECT_EQ(text_of(call(app, Body(std::string("owned")))), "owned");
  read.clear();
  EXPECT_EQ(text_of(call(Cascade({reading(read), reading(read), echo()}), Body(large))), large);
  EXPECT_EQ(read, large + large);
  EXPECT_EQ(call(Cascade({taking, echo()}), Body(large)).status, Status::NotFound)
      << "it is not copied beyond the limit, so the one that takes it is the last";
}

TEST_F(CascadeTest, TheOneThatReadsMoreThanIsKeptIsTheLast) {
  std::string first, second;
  const CascadeOptions options{.max_replayed_bytes = 25};
  const App app = Cascade({reading(first), reading(second)}, options);
  EXPECT_EQ(call(app, arriving(2)).status, Status::NotFound);
  EXPECT_EQ(second, first);
  second.clear();
  EXPECT_EQ(call(app, arriving(3)).status, Status::NotFound);
  EXPECT_EQ(second, "");
  second.clear();
  EXPECT_EQ(call(Cascade({reading(first, 20), reading(second)}, options), arriving(9)).status,
            Status::NotFound);
  EXPECT_EQ(second.size(), 90u) << "what was kept, and then the rest";
}

TEST_F(CascadeTest, ContentThatIsLeftAloneMayHaveAnySize) {
  const App app = Cascade({refusing(Status::NotFound), answering_later(Status::NotFound), echo()},
                          {.max_replayed_bytes = 1});
  EXPECT_EQ(text_of(call(app, arriving(1000))).size(), 10'000u);
  EXPECT_EQ(exchange.held, 10'000u) << "it is kept once, by the application that has it";
}

TEST_F(CascadeTest, APlainHandlerCountsAsReadingAllContent) {
  const App app = Cascade({answering(Status::NotFound), echo()}, {.max_replayed_bytes = 10});
  EXPECT_EQ(text_of(call(app, arriving(1))), "aaaaaaaaaa");
  EXPECT_EQ(call(app, arriving(2)).status, Status::NotFound);
}

TEST_F(CascadeTest, ADiscardedAnswerEndsBeforeTheNextApplication) {
  std::string events;
  struct Value {
    std::string* events = nullptr;
    ~Value() {
      if (events != nullptr) *events += "value ";
    }
  };
  struct Owner {
    std::string& events;
    ~Owner() { events += "content "; }
  };
  const App first = [&](Request& request) {
    request.ext<Value>().events = &events;
    request.on_finish([&](const Outcome& outcome) {
      events += std::to_string(code(outcome.status)) + (outcome.complete ? " sent " : " cut ");
    });
    auto produce = [&events, owner = std::make_shared<Owner>(events)]() {
      events += "begun ";
      return std::optional<std::string>();
    };
    return Response(Status::NotFound, Body::produced_by(std::move(produce)));
  };
  const App second = [&](Request& request) {
    events += request.find_ext<Value>() == nullptr ? "second " : "value is left ";
    request.on_finish([&](const Outcome& outcome) {
      events += std::to_string(code(outcome.status)) + (outcome.complete ? " sent" : " cut");
    });
    return "second";
  };
  (void)call(Cascade({first, second}));
  EXPECT_EQ(events, "404 cut content value second 200 sent");
}

TEST_F(CascadeTest, OuterFinishersAndValuesStay) {
  struct Count {
    int value = 0;
  };
  int finished = 0;
  const App inner = Cascade({answering(Status::NotFound), [](Request& request) {
                               return std::to_string(request.ext<Count>().value);
                             }});
  const App app = [&](Request& request) {
    request.ext<Count>().value = 7;
    request.on_finish([&](const Outcome& outcome) { finished += outcome.complete ? 1 : 100; });
    return inner(request);
  };
  EXPECT_EQ(text_of(call(app)), "7");
  EXPECT_EQ(finished, 1);
}

TEST_F(CascadeTest, ADiscardedAnswerLeavesNoTraceInTheNext) {
  const App first = [](Request& request) {
    route_state(request).set_route("/{any}");
    return error_response(request, Status::NotFound);
  };
  const Response response = call(Cascade({first, answering(Status::Ok)}));
  EXPECT_EQ(response.fields.get("Vary"), std::nullopt);
  EXPECT_EQ(exchange.request().route(), "");
}

TEST_F(CascadeTest, TakesOverHooks) {
  std::string events;
  const auto with_hook = [&](std::string event) {
    App app = answering(Status::NotFound);
    Lifecycle lifecycle;
    lifecycle.on_start([&events, event] { events += event; });
    app.add_lifecycle(std::move(lifecycle));
    return app;
  };
  const App app = Cascade({with_hook("1"), with_hook("2")});
  ASSERT_TRUE(app.lifecycle().start());
  EXPECT_EQ(events, "12");
}

TEST_F(CascadeTest, EndsWhenItIsCancelled) {
  const App app = Cascade({answering_later(Status::NotFound), answering_later(Status::Ok)});
  for (const auto after : {5ms, 15ms}) {
    TestExchange stopped(executor);
    stopped.start(app, Method::Post, "/", arriving(1));
    executor.run();
    executor.advance(after);
    EXPECT_FALSE(stopped.is_done());
    stopped.stop();
    executor.run();
    ASSERT_TRUE(stopped.is_done());
    EXPECT_EQ(stopped.take().status, Status::ServiceUnavailable);
  }
}

}  // namespace
}  // namespace mastic::app
