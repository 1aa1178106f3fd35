#include "mastic/app/answer_completion.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/app/exchange_context_testing.h"
#include "mastic/routing/router.h"

namespace mastic::routing {
namespace {

using app::TestExchange;
using http::FieldName;
using http::Method;
using http::Status;

/// Sets a policy as a site's middleware does: in place of the present one, or beside it.
struct Policy {
  bool beside = false;
  void after(Request&, Response& response) const {
    constexpr std::string_view kName = "Content-Security-Policy";
    beside ? response.add(kName, "default-src 'self'") : response.set(kName, "default-src 'self'");
  }
};

struct AnswerCompletion : testing::Test {
  Response call(std::string_view path) {
    if (!app) app.emplace(std::move(router).build());
    return exchange.call(*app, Method::Get, path);
  }
  std::string vary(std::string_view path) {
    return call(path).fields.view().joined(FieldName::Vary);
  }

  Router router;
  std::optional<App> app;
  async::ManualExecutor executor;
  TestExchange exchange{executor};
};

TEST_F(AnswerCompletion, NamesInVaryThePreferencesThatWereAskedFor) {
  router.get("/both", [](Request& request) {
    const auto language = request.preferred_language({"en", "de"});
    return std::string(request.preferred_type({"text/plain", "text/html"}).value_or("")) +
           std::string(language.value_or(""));
  });
  router.get("/coded", [](Request& request) {
    return request.accepted_codings().names_identity() ? "" : "-";
  });
  router.get("/plain", [] { return ""; });
  EXPECT_EQ(vary("/both"), "Accept-Language, Accept");
  EXPECT_EQ(vary("/coded"), "Accept-Encoding");
  EXPECT_EQ(vary("/plain"), "");
}

TEST_F(AnswerCompletion, KeepsWhatVaryAlreadyNames) {
  router.get("/{how}", [](Request& request) {
    (void)request.preferred_type({"text/plain", "text/html"});
    Response response = Response::text("");
    if (request.value("how") == "same") response.set("Vary", "Cookie, ACCEPT");
    if (request.value("how") == "other") response.add("Vary", "Cookie").add("Vary", "Origin");
    if (request.value("how") == "any") response.set("Vary", "*");
    return response;
  });
  EXPECT_EQ(vary("/same"), "Cookie, ACCEPT");
  EXPECT_EQ(vary("/other"), "Cookie, Origin, Accept");
  EXPECT_EQ(vary("/any"), "*");
}

TEST_F(AnswerCompletion, EveryErrorPageDependsOnAccept) {
  router.get("/gone", [] { return Status::Gone; });
  router.on_error(Status::Gone, [](Request& request, const Problem&) {
    const bool html = request.field("Accept") == "text/html";  // chosen without Mastic's help
    return (html ? Response::html("<h1>gone</h1>") : Response::text("gone")).set("Vary", "Cookie");
  });
  EXPECT_EQ(vary("/gone"), "Cookie, Accept");
  EXPECT_EQ(vary("/nowhere"), "Accept");
}

TEST_F(AnswerCompletion, KeepsAPolicyOfTheSiteAndLetsItAdmitTheStyleOfAPage) {
  exchange.fields.set("Accept", "text/html");
  const Response own = call("/nowhere");
  const std::string_view policy = *own.fields.get("Content-Security-Policy");
  const std::size_t at = policy.find("'sha256-");
  const std::string hash(policy.substr(at, policy.find('\'', at + 1) + 1 - at));
  for (const bool beside : {false, true}) {
    Router site;
    site.use(Policy{beside});
    site.get("/mine", [] { return Response::html("<p>mine</p>"); });
    const App with_policy = std::move(site).build();
    TestExchange asking(executor);
    asking.fields.set("Accept", "text/html");
    const Response page = asking.call(with_policy, Method::Get, "/nowhere");
    EXPECT_EQ(page.fields.view().joined(FieldName::ContentSecurityPolicy),
              "default-src 'self'; style-src 'self' " + hash);
    TestExchange other(executor);
    EXPECT_EQ(other.call(with_policy, Method::Get, "/mine")
                  .fields.view()
                  .joined(FieldName::ContentSecurityPolicy),
              "default-src 'self'")
        << "Mastic does not touch the site's own pages";
  }
}

TEST_F(AnswerCompletion, DoesNotRestoreAPolicyThatALayerRemoved) {
  struct None {
    void after(Request&, Response& response) const {
      response.fields.remove(FieldName::ContentSecurityPolicy);
    }
  };
  router.use(None());
  exchange.fields.set("Accept", "text/html");
  EXPECT_FALSE(call("/nowhere").fields.get("Content-Security-Policy"));
}

TEST_F(AnswerCompletion, ForgetsThePolicyOfAPageThatWasReplaced) {
  struct Fail {
    void after(Request&, Response& response) const {
      if (response.status == Status::NotFound) throw std::runtime_error("late");
    }
  };
  router.use(Policy{});
  router.use(Fail());
  router.on_error(Status::InternalServerError,
                  [](Request&, const Problem&) { return Response::html("<p>mine</p>"); });
  exchange.fields.set("Accept", "text/html");
  const Response page = call("/nowhere");
  EXPECT_EQ(page.status, Status::InternalServerError);
  EXPECT_EQ(page.fields.get("Content-Security-Policy"), "default-src 'self'");
}

}  // namespace
}  // namespace mastic::routing
