#include "mastic/app/request_log.h"

#include <gtest/gtest.h>

#include "mastic/app/error_response.h"
#include "mastic/app/exchange_context_testing.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
using http::Method;

constexpr std::string_view kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

struct RequestLogTest : testing::Test {
  /// Requests `path`, and returns the lines that are logged.
  std::vector<std::string> log(const App& app, std::string_view path) {
    (void)exchange.call(app, Method::Get, path);
    return std::exchange(exchange.recorded.lines, {});
  }
  async::ManualExecutor executor;
  TestExchange exchange{executor};
  const std::string id = "id=" + app::reference_id(42);
};

TEST_F(RequestLogTest, NamesItsRequest) {
  Router site;
  site.get("/hi/{name}", [](Request& request) {
    request.log().info("hello, ", request.value("name"));
    return "";
  });
  exchange.peer.ip = base::IpAddress::v4({192, 0, 2, 7});
  exchange.fields.add("traceparent", kTrace);
  EXPECT_EQ(log(std::move(site), "/hi/ada"), std::vector{"info app: hello, ada  " + id +
                                                         " route=/hi/{name} client=192.0.2.7 "
                                                         "trace=0af7651916cd43dd8448eb211c80319c"});
}

TEST_F(RequestLogTest, LeavesOutUnknownFields) {
  const App app([](Request& request) {
    request.log("store").warning("slow");
    return "";
  });
  EXPECT_EQ(log(app, "/"), std::vector{"warning store: slow  " + id + " client=unix"});
}

TEST_F(RequestLogTest, TakesTextNumbersAndBools) {
  const App app([](Request& request) {
    const std::string text = "text";
    request.log().debug(text, ' ', -1, " ", 2u, " ", 0.5, " ", true, " ", std::string_view("x"));
    return "";
  });
  EXPECT_TRUE(log(app, "/")[0].starts_with("debug app: text -1 2 0.5 true x  "));
}

TEST_F(RequestLogTest, DoesNotComposeMessagesThatAreDropped) {
  struct Loud {
    operator std::string_view() const {
      ADD_FAILURE() << "it was composed";
      return "";
    }
  };
  exchange.recorded.least = base::Level::Error;
  const App app([](Request& request) {
    request.log().warning(Loud());
    return "";
  });
  EXPECT_TRUE(log(app, "/").empty());
}

TEST_F(RequestLogTest, NamesTheWholeRouteBelowAMount) {
  Router inner;
  inner.get("/{id:int}", [](Request& request) {
    request.log().info("x");
    return "";
  });
  Router site;
  site.mount("/things", std::move(inner));
  EXPECT_NE(log(std::move(site), "/things/7")[0].find(" route=/things/{id:int} "),
            std::string::npos);
}

TEST_F(RequestLogTest, HasTheExceptionUnderTheReferenceOfThePage) {
  Router site;
  site.get("/broken", [](Request&) -> std::string { throw std::runtime_error("why\nnot"); });
  EXPECT_EQ(log(std::move(site), "/broken"),
            std::vector{"error app: GET /broken: std::runtime_error: why\\x0Anot  " + id +
                        " route=/broken client=unix"});
}

struct TraceTest : RequestLogTest {
  /// Returns the `traceparent` that a handler passes on.
  std::string passed_on() {
    const App app([](Request& request) { return request.traceparent(); });
    const Response response = exchange.call(app, Method::Get, "/");
    return std::string(response.body.bytes().value());
  }
};

TEST_F(TraceTest, ContinuesWithThisExchangeAsParent) {
  exchange.fields.add("Traceparent", kTrace);
  EXPECT_EQ(passed_on(), "00-0af7651916cd43dd8448eb211c80319c-000000000000002a-01");
}

TEST_F(TraceTest, BeginsWhenTheClientNamedNone) {
  const auto begun = http::TraceContext::parse(passed_on());
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->parent_id, 42u);
  EXPECT_EQ(begun->flags, 0);
  EXPECT_EQ(passed_on(), begun->to_string()) << "it is the same throughout an exchange";
}

TEST_F(TraceTest, IsIgnoredWhenItIsMalformedOrGivenTwice) {
  const auto has_trace = [&] {
    bool has = false;
    const App app([&](Request& request) {
      has = request.trace().has_value();
      return "";
    });
    (void)exchange.call(app, Method::Get, "/");
    return has;
  };
  exchange.fields.set("traceparent", kTrace.substr(1));
  EXPECT_FALSE(has_trace());
  exchange.fields.set("traceparent", kTrace);
  EXPECT_TRUE(has_trace());
  exchange.fields.add("traceparent", kTrace);
  EXPECT_FALSE(has_trace());
}

}  // namespace
}  // namespace mastic::routing
