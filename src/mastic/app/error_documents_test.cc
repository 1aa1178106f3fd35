#include "mastic/app/error_documents.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/app/http_error.h"
#include "mastic/app/internal_request.h"
#include "mastic/app/middleware.h"
#include "mastic/app/mount.h"
#include "mastic/async/sleep.h"

namespace mastic::app {
namespace {

using namespace std::chrono_literals;
using http::Method;
using http::Status;

/// A site with errors and pages.
struct ErrorSite {
  std::string* seen;

  Task<Response> operator()(Request& request) const {
    const std::string path(request.path());
    if (path == "/slow") co_await async::sleep_for(10ms);
    if (path == "/page") {
      *seen = std::string(request.method_text()) + " " + std::string(request.target());
      for (const http::Field field : request.fields()) {
        seen->append(" ").append(field.name).append("=").append(field.value);
      }
      Response page = Response::html("<p>a page");
      page.set("Cache-Control", "max-age=9").set("Content-Language", "en").set("ETag", "\"p\"");
      page.add("Set-Cookie", "page=1").add("Vary", "Cookie");
      co_return page;
    }
    if (path == "/ok") co_return Response::text("fine");
    if (path == "/throws") throw HttpError(Status::Unauthorized).set("WWW-Authenticate", "Basic");
    if (path == "/broken") throw std::runtime_error("broken");
    Response error = Response::text("bare", Status::NotFound);
    error.set("Retry-After", "5").set("ETag", "\"e\"").set("Content-Encoding", "x");
    error.add("Set-Cookie", "error=1");
    co_return error;
  }
};

struct ErrorDocumentsTest : testing::Test {
  App with(std::vector<ErrorDocuments::Document> documents) {
    return wrap(ErrorDocuments(std::move(documents)), App(ErrorSite{&seen}));
  }
  Response get(const App& app, std::string_view path) {
    return exchange.call(app, Method::Get, path);
  }
  std::string seen;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(ErrorDocumentsTest, DoesNotAskForPagesOnTheWayToAPage) {
  int asked = 0;
  App app([&asked] {
    ++asked;
    return Response(Status::NotFound);
  });
  // Each layer has a page of its own, and none of them is there.
  constexpr int kLayers = 30;
  for (int i = 0; i < kLayers; ++i) {
    const std::string page = "/page" + std::to_string(i);
    app = wrap(ErrorDocuments({{Status::NotFound, page}}), std::move(app));
  }
  EXPECT_EQ(get(app, "/gone").status, Status::NotFound);
  EXPECT_EQ(asked, 1 + kLayers);
}

TEST_F(ErrorDocumentsTest, GivesAnErrorTheContentOfAPage) {
  const App app = with({{Status::NotFound, "/page"}, {Status::Unauthorized, "/page"}});
  for (const char* const path : {"/gone", "/slow"}) {
    Response response = get(app, path);
    EXPECT_EQ(response.status, Status::NotFound);
    EXPECT_EQ(response.fields.get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(response.fields.get("Content-Language"), "en");
    EXPECT_EQ(response.fields.get("Retry-After"), "5");
    EXPECT_EQ(response.fields.get("Vary"), "Cookie");
    EXPECT_EQ(response.fields.view().joined(http::FieldName::SetCookie), "error=1, page=1");
    for (const char* const name : {"ETag", "Content-Encoding", "Cache-Control"}) {
      EXPECT_EQ(response.fields.get(name), std::nullopt) << name;
    }
    EXPECT_EQ(text_of(std::move(response)), "<p>a page");
  }
  Response refused = get(app, "/throws");
  EXPECT_EQ(refused.status, Status::Unauthorized);
  EXPECT_EQ(refused.fields.get("WWW-Authenticate"), "Basic");
  EXPECT_EQ(text_of(std::move(refused)), "<p>a page");
}

TEST_F(ErrorDocumentsTest, LeavesOtherAnswersAlone) {
  const App app = with({{Status::Gone, "/page"}});
  EXPECT_EQ(text_of(get(app, "/ok")), "fine");
  EXPECT_EQ(text_of(get(app, "/gone")), "bare");
  EXPECT_EQ(seen, "");
}

TEST_F(ErrorDocumentsTest, ThePageIsAskedForByAGetWithTheFieldsOfTheClient) {
  for (const auto& [name, value] :
       {std::pair("Accept-Language", "de"), std::pair("Cookie", "a=b"), std::pair("Range", "x"),
        std::pair("If-None-Match", "\"p\""), std::pair("Content-Type", "text/plain"),
        std::pair("Expect", "100-continue")}) {
    exchange.fields.add(name, value);
  }
  (void)exchange.call(with({{Status::NotFound, "/./page?code=404"}}), Method::Post, "/gone",
                      Body(std::string("content")));
  EXPECT_EQ(seen, "GET /page?code=404 Accept-Language=de Cookie=a=b");
}

TEST_F(ErrorDocumentsTest, APageThatFailsLeavesTheError) {
  for (const char* const path : {"/nowhere", "/broken", "/throws", "/gone"}) {
    Response response = get(with({{Status::NotFound, path}}), "/gone");
    EXPECT_EQ(response.status, Status::NotFound);
    EXPECT_EQ(response.fields.get("Retry-After"), "5");
    EXPECT_EQ(response.fields.get("ETag"), "\"e\"");
    EXPECT_EQ(text_of(std::move(response)), "bare");
  }
}

TEST_F(ErrorDocumentsTest, ThePageIsBelowTheSameMount) {
  const App site = with({{Status::NotFound, "/page"}});
  const App app = [&](Request& request) { return call_below(site, 5, request); };
  EXPECT_EQ(text_of(get(app, "/shop/gone")), "<p>a page");
  EXPECT_EQ(seen, "GET /shop/page");
}

TEST_F(ErrorDocumentsTest, ThePageFindsTheValuesOfTheRequest) {
  struct Name {
    std::string text = "(none)";
  };
  const App site = [](Request& request) -> Response {
    if (request.path() == "/page") return Response::text(request.ext<Name>().text);
    request.ext<Name>().text = "Ada";
    return Response(Status::NotFound);
  };
  EXPECT_EQ(text_of(get(ErrorDocuments({{Status::NotFound, "/page"}})(site), "/x")), "Ada");
}

TEST_F(ErrorDocumentsTest, ContentOfAPageMayUseItsRequest) {
  const App site = [](Request& request) -> Response {
    if (request.path() != "/page") return Response(Status::NotFound);
    auto produce = [&request, left = 1]() mutable {
      return left-- > 0 ? std::optional<std::string>(request.target()) : std::nullopt;
    };
    return Response::of_type("text/plain", Body::produced_by(std::move(produce)));
  };
  EXPECT_EQ(text_of(get(ErrorDocuments({{Status::NotFound, "/page"}})(site), "/x")), "/page");
}

TEST_F(ErrorDocumentsTest, TheAnswerVariesAsItsPageDoes) {
  const App site = [](Request& request) -> Response {
    if (request.path() != "/page") return Response(Status::NotFound);
    return Response::text(std::string(*request.preferred_language({"en", "de"})));
  };
  const Response response = get(ErrorDocuments({{Status::NotFound, "/page"}})(site), "/x");
  EXPECT_EQ(response.fields.get("Vary"), "Accept-Language");
}

TEST_F(ErrorDocumentsTest, FinishersOfAPageAreCalledOnce) {
  std::string events;
  Status page_status = Status::Ok;
  const App site = [&](Request& request) -> Response {
    const std::string name(request.path());
    request.on_finish([&events, name](const Outcome& outcome) {
      events += name + (outcome.complete ? " sent " : " cut ");
    });
    return Response::text("", name == "/page" ? page_status : Status::NotFound);
  };
  const App app = ErrorDocuments({{Status::NotFound, "/page"}})(site);
  (void)get(app, "/x");
  EXPECT_EQ(events, "/page sent /x sent ");
  events.clear();
  page_status = Status::Found;
  (void)get(app, "/x");
  EXPECT_EQ(events, "/page cut /x sent ");
}

TEST_F(ErrorDocumentsTest, HistoriesAreFoundThroughIt) {
  const App site = ErrorSite{&seen};
  const App app = ErrorDocuments({{Status::NotFound, "/page"}})(site);
  const http::RequestHead head;
  const RequestFacts facts{.head = head, .path = "/", .peer = {}};
  EXPECT_EQ(&app.history_of(facts, "/"), &site.history_of(facts, "/"));
}

TEST(ErrorDocuments, RefusesWhatMakesNoSense) {
  using Documents = std::vector<ErrorDocuments::Document>;
  EXPECT_THROW(ErrorDocuments(Documents{{Status::Ok, "/a"}}), std::invalid_argument);
  EXPECT_THROW(ErrorDocuments(Documents{{Status::Gone, "a"}}), std::invalid_argument);
  EXPECT_THROW(ErrorDocuments(Documents{{Status::Gone, "/a"}, {Status::Gone, "/b"}}),
               std::invalid_argument);
}

TEST_F(ErrorDocumentsTest, InternalRequestsDoNotAskForThemselves) {
  const App app = [](Request& request) -> Response {
    EXPECT_THROW((void)InternalRequest::make(request, "/a"), std::logic_error);
    Request& other = InternalRequest::make(request, "/a?part=1");
    EXPECT_EQ(other.query(), "part=1");
    EXPECT_THROW((void)InternalRequest::make(other, "/a"), std::logic_error);
    EXPECT_THROW((void)InternalRequest::make(request, "b"), std::invalid_argument);
    EXPECT_THROW((void)InternalRequest::make(request, "/../b"), std::invalid_argument);
    EXPECT_THROW((void)InternalRequest::make(request, "http://a.org/"), std::invalid_argument);
    return Response();
  };
  EXPECT_EQ(get(app, "/a").status, Status::Ok);
}

TEST_F(ErrorDocumentsTest, InternalRequestsAreNestedAFewTimesOnly) {
  int deepest = 0;
  const App app = [&](Request& request) -> Response {
    Request* at = &request;
    while (true) {
      at = &InternalRequest::make(*at, "/" + std::to_string(deepest + 1));
      ++deepest;
    }
  };
  EXPECT_EQ(get(app, "/").status, Status::InternalServerError);
  EXPECT_EQ(deepest, InternalRequest::kMaxDepth);
}

}  // namespace
}  // namespace mastic::app
