#include "mastic/routing/error_pages.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/problem_page.h"
#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
using http::Method;
using http::Status;

struct ShopClosed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ErrorPagesTest : testing::Test {
  ErrorPagesTest() {
    router.get("/throw/{what}", [](Request& request) -> std::string {
      const std::string_view what = request.value("what");
      if (what == "closed") throw ShopClosed("on holiday");
      if (what == "logic") throw std::logic_error("our fault");
      if (what == "teapot") throw HttpError(Status{418}, "short and stout").set("X-Pot", "tea");
      if (what == "int") throw 42;
      throw InvalidInput([] {
        FieldErrors errors;
        errors.add("name", "must not be <empty>");
        return errors;
      }());
    });
  }
  Response call(std::string_view path) {
    if (!app) app.emplace(std::move(router).build());
    return exchange.call(*app, Method::Get, path);
  }
  std::string get(std::string_view path) { return text_of(call(path)); }

  Router router;
  std::optional<App> app;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(ErrorPagesTest, AStatusHasItsPage) {
  router.on_error(Status::NotFound, [](Request& request, const Problem&) {
    return Response::html("<h1>no " + std::string(request.path()) + "</h1>");
  });
  Response response = call("/nowhere");
  EXPECT_EQ(response.status, Status::NotFound);
  EXPECT_EQ(text_of(std::move(response)), "<h1>no /nowhere</h1>");
  EXPECT_EQ(get("/throw/teapot"), "418 \n\nshort and stout\n");
}

TEST_F(ErrorPagesTest, AnAfterThatFailsIsAnsweredLikeAHandlerThatFails) {
  struct Commit {
    Task<> after(Request&, Response&) const {
      co_await async::sleep_for(std::chrono::milliseconds(1));
      throw ShopClosed("the till is closed");
    }
  };
  router.get("/buy", [] { return "bought"; });
  router.use(Commit());
  router.on_exception<ShopClosed>([](const ShopClosed& closed) {
    return Problem{.status = Status::Conflict, .detail = closed.what()};
  });
  router.on_error(Status::Conflict, [](Request&, const Problem& problem) {
    return Response::text("no: " + problem.detail);
  });
  Response response = call("/buy");
  EXPECT_EQ(response.status, Status::Conflict);
  EXPECT_EQ(text_of(std::move(response)), "no: the till is closed");
}

TEST_F(ErrorPagesTest, OnePageMayAnswerAllOtherStatuses) {
  router.on_error([](Request&, const Problem& problem) {
    return std::to_string(code(problem.status)) + " " + problem.detail;
  });
  Response response = call("/throw/teapot");
  EXPECT_EQ(response.status, Status{418});
  EXPECT_EQ(response.fields.get("X-Pot"), "tea");
  EXPECT_EQ(text_of(std::move(response)), "418 short and stout");
  EXPECT_EQ(get("/nowhere"), "404 ");
}

TEST_F(ErrorPagesTest, APageMayLeaveTheAnswerToTheNextOne) {
  router.on_error([](Request& request, const Problem&) -> std::optional<Response> {
    if (request.preferred_type({"text/plain", "text/html"}) != "text/html") return std::nullopt;
    return Response::html("<h1>ours</h1>");
  });
  EXPECT_EQ(get("/nowhere"), "404 Not Found\n");
  exchange.fields.set("Accept", "text/html");
  EXPECT_EQ(get("/nowhere"), "<h1>ours</h1>");
}

TEST_F(ErrorPagesTest, AnApiMayAlwaysAnswerInJson) {
  router.on_error([](Request&, const Problem& problem) { return problem_json(problem); });
  router.on_exception<ShopClosed>([](const ShopClosed& closed) {
    return Problem{.status = Status::ServiceUnavailable, .detail = closed.what()};
  });
  Response response = call("/throw/closed");
  EXPECT_EQ(response.fields.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(text_of(std::move(response)),
            R"({"type":"about:blank","title":"Service Unavailable","status":503,)"
            R"("detail":"on holiday"})");
}

TEST_F(ErrorPagesTest, APageMayAnswerWithAnErrorItself) {
  Router inner;
  inner.on_error([](Request&, Problem problem) {
    problem.detail = "Call us.";
    return problem;
  });
  inner.get("/gone", [] { return Status::Gone; });
  router.on_error(Status::NotFound, [](Request&, const Problem&) { return Status::Gone; });
  router.mount("/in", std::move(inner));
  EXPECT_EQ(get("/in/gone"), "410 Gone\n\nCall us.\n");
  EXPECT_EQ(get("/nowhere"), "410 Gone\n");
}

TEST_F(ErrorPagesTest, APageThatFailsIsReplacedAndLogged) {
  router.on_error([](Request&, const Problem&) -> Response { throw std::logic_error("ink"); });
  EXPECT_EQ(get("/nowhere"), "404 Not Found\n");
  ASSERT_EQ(exchange.recorded.lines.size(), 1u);
  EXPECT_TRUE(exchange.recorded.lines[0].starts_with(
      "error app: an error page failed: std::logic_error: ink"));
}

TEST_F(ErrorPagesTest, AnExceptionHasItsAnswer) {
  router.on_exception<ShopClosed>([](Request&, const ShopClosed& closed) {
    return Response::text(closed.what(), Status::ServiceUnavailable);
  });
  Response response = call("/throw/closed");
  EXPECT_EQ(response.status, Status::ServiceUnavailable);
  EXPECT_EQ(text_of(std::move(response)), "on holiday");
  EXPECT_EQ(call("/throw/logic").status, Status::InternalServerError);
  EXPECT_EQ(call("/throw/int").status, Status::InternalServerError);
}

TEST_F(ErrorPagesTest, TheTypeEnteredFirstIsTriedFirst) {
  router.on_exception<ShopClosed>([](const ShopClosed&) { return Status::ServiceUnavailable; });
  router.on_exception<std::exception>([](const std::exception&) { return Status::BadGateway; });
  EXPECT_EQ(call("/throw/closed").status, Status::ServiceUnavailable);
  EXPECT_EQ(call("/throw/logic").status, Status::BadGateway);
  EXPECT_EQ(call("/throw/teapot").status, Status{418});
}

TEST_F(ErrorPagesTest, AnAnswerMayThrowAnHttpError) {
  router.on_exception<ShopClosed>([](const ShopClosed& closed) -> std::string {
    throw HttpError(Status::Gone, closed.what());
  });
  EXPECT_EQ(call("/throw/closed").status, Status::Gone);
}

TEST_F(ErrorPagesTest, PagesApplyToRoutersBelowUnlessTheyHaveTheirOwn) {
  Router inner;
  inner.on_error(Status::Gone, [](Request&, const Problem&) { return "inner"; });
  inner.get("/gone", [] { return Status::Gone; });
  inner.get("/missing", [] { return Status::NotFound; });
  router.mount("/in", std::move(inner));
  router.on_error([](Request&, const Problem&) { return "outer"; });
  EXPECT_EQ(get("/in/gone"), "inner");
  EXPECT_EQ(get("/in/missing"), "outer");
  EXPECT_EQ(get("/elsewhere"), "outer");
}

TEST_F(ErrorPagesTest, APageListsTheErrorsOfFields) {
  EXPECT_EQ(get("/throw/input"), "422 Unprocessable Content\n\nname: must not be <empty>\n");
  exchange.fields.set("Accept", "application/json");
  EXPECT_EQ(get("/throw/input"),
            R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
            R"("detail":"name: must not be <empty>",)"
            R"("errors":[{"field":"name","message":"must not be <empty>"}]})");
  exchange.fields.set("Accept", "text/html");
  EXPECT_NE(get("/throw/input").find("<li><b>name</b>: must not be &lt;empty&gt;</li>"),
            std::string::npos);
}

TEST_F(ErrorPagesTest, APageEscapesTextThatChangesItsDirection) {
  router.get("/name", []() -> std::string {
    throw HttpError(Status::NotFound, "There is no invoice\u202efdp.exe.");
  });
  exchange.fields.set("Accept", "text/html");
  EXPECT_NE(get("/name").find("There is no invoice\ufffdfdp.exe."), std::string::npos);
  exchange.fields.set("Accept", "application/json");
  EXPECT_NE(get("/name").find(R"(There is no invoice\u202efdp.exe.)"), std::string::npos);
}

TEST_F(ErrorPagesTest, AnErrorPageShowsNothingInternal) {
  const std::string page = get("/throw/logic");
  EXPECT_EQ(page.find("our fault"), std::string::npos);
  EXPECT_NE(page.find("Reference: "), std::string::npos);
  EXPECT_NE(exchange.recorded.lines.at(0).find("std::logic_error: our fault"), std::string::npos);
}

TEST_F(ErrorPagesTest, DebugModeShowsTheErrorWithoutSecrets) {
  exchange.debug = true;
  exchange.fields.set("X-Colour", "red");
  exchange.fields.set("Authorization", "Basic c2VjcmV0");
  exchange.fields.set("X-Api-Key", "c2VjcmV0");
  exchange.fields.set("Cookie", "id=c2VjcmV0");
  exchange.fields.set("Referer", "https://a.example/x?token=c2VjcmV0");
  exchange.fields.set("X-Session-Id", "c2VjcmV0");
  const std::string page = get("/throw/logic");
  EXPECT_NE(page.find("std::logic_error: our fault"), std::string::npos);
  EXPECT_NE(page.find("GET /throw/{what}\nwhat: logic"), std::string::npos);
  EXPECT_NE(page.find("X-Colour: red"), std::string::npos);
  EXPECT_NE(page.find("X-Api-Key: (not shown)"), std::string::npos);
  EXPECT_EQ(page.find("c2VjcmV0"), std::string::npos);
}

TEST_F(ErrorPagesTest, DebugModeShowsWholeFieldsWithoutTheirSecrets) {
  exchange.debug = true;
  exchange.fields.set("Sec-Fetch-User", "?1");
  exchange.fields.set("Referer", "https://a.example/x?page=2&token=c2VjcmV0");
  const std::string page = get("/throw/logic?page=3&api_key=c2VjcmV0");
  EXPECT_NE(page.find("\nSec-Fetch-User: ?1\n"), std::string::npos) << page;
  EXPECT_NE(page.find("\nReferer: https://a.example/x?page=2&token=***\n"), std::string::npos);
  EXPECT_NE(page.find("\n?page=3&api_key=***\n"), std::string::npos);
}

TEST_F(ErrorPagesTest, DebugModeShowsNothingToAHostThatAnotherSiteMayHave) {
  exchange.debug = true;
  exchange.authority = "evil.example";
  const std::string page = get("/throw/logic");
  EXPECT_EQ(page.find("our fault"), std::string::npos) << page;
  EXPECT_NE(page.find("--allowed-host"), std::string::npos) << page;
  exchange.allowed = {"*.example"};
  EXPECT_NE(get("/throw/logic").find("our fault"), std::string::npos);
}

TEST_F(ErrorPagesTest, TheLogShowsNoSecretsOfAQuery) {
  (void)get("/throw/logic?page=3&token=c2VjcmV0");
  const std::string& line = exchange.recorded.lines.at(0);
  EXPECT_NE(line.find("GET /throw/logic?page=3&token=***: std::logic_error"), std::string::npos)
      << line;
}

TEST_F(ErrorPagesTest, TheLogSaysWhyContentWasRefused) {
  router.post("/upload", [](Request& request) { return std::string(request.text()); });
  app.emplace(std::move(router).build());
  exchange.most = 10;
  const auto endless = [] { return std::optional<std::string>("more"); };
  const auto page =
      text_of(exchange.call(*app, Method::Post, "/upload?token=x", Body::produced_by(endless)));
  EXPECT_EQ(page, "413 Content Too Large\n\nThe content may have at most 10 bytes here.\n");
  ASSERT_EQ(exchange.recorded.lines.size(), 1u);
  EXPECT_TRUE(exchange.recorded.lines[0].starts_with(
      "info app: POST /upload?token=***: The content may have at most 10 bytes"))
      << exchange.recorded.lines[0];
}

}  // namespace
}  // namespace mastic::routing
