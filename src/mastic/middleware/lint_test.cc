#include "mastic/middleware/lint.h"

#include <gtest/gtest.h>

#include "mastic/app/exchange_context_testing.h"

namespace mastic::middleware {
namespace {

using app::Body;
using app::Response;
using http::Method;
using http::Status;

struct LintTest : testing::Test {
  std::vector<std::string> faults(const Response& response, Method method = Method::Get) {
    async::ManualExecutor executor;
    app::TestExchange exchange(executor);
    exchange.start(app::App([] { return ""; }), method, "/");
    std::vector<std::string> found;
    for (const Fault& fault : faults_of(exchange.request(), response)) found.push_back(fault.what);
    return found;
  }
};

TEST_F(LintTest, FindsNothingInACorrectApplication) {
  EXPECT_TRUE(faults(Response::text("x")).empty());
  EXPECT_TRUE(faults(Response(Status::NoContent)).empty());
  EXPECT_TRUE(faults(Response::redirect("/x")).empty());
  EXPECT_TRUE(faults(Response::text("x").set("ETag", "W/\"1\"").set("Expires", "0")).empty());
  EXPECT_TRUE(faults(Response().set("Content-Length", "5"), Method::Head).empty());
  EXPECT_TRUE(faults(app::error_response(Status::NotFound)).empty());
}

TEST_F(LintTest, NamesEveryFault) {
  const std::pair<Response, std::string> cases[] = {
      {Response(static_cast<Status>(700)), "the status is 700"},
      {Response(Status::SwitchingProtocols), "the status is 101, but there is no upgrade"},
      {Response().set("Connection", "close"), "Connection must be set by the server only"},
      {Response().set("Upgrade", "lines/1"), "Upgrade must be set by the server only"},
      {Response::text("four").set("Content-Length", "5"),
       "Content-Length is 5, and the content has 4 bytes"},
      {Response::text("x").set("Content-Length", "x"), "Content-Length is 'x'"},
      {Response::text("x", Status::NoContent), "the status forbids content, but there is some"},
      {Response::text("x", Status::ResetContent), "the status forbids content, but there is some"},
      {Response(Status::Ok, Body("x")), "there is content without Content-Type"},
      {Response(Status::Found), "Location is missing"},
      {Response(Status::Unauthorized), "WWW-Authenticate is missing"},
      {Response(Status::MethodNotAllowed), "Allow is missing"},
      {Response(Status::PartialContent), "Content-Range is missing"},
      {Response(Status::PartialContent)
           .set("Content-Type", "multipart/byteranges; boundary=x")
           .set("Content-Range", "bytes 0-1/9"),
       "Content-Range is set, and the ranges of the parts are in the parts"},
      {Response().set("ETag", "unquoted"), "ETag is 'unquoted'"},
      {Response().set("Last-Modified", "today"), "Last-Modified is 'today'"},
  };
  for (const auto& [response, expected] : cases) {
    EXPECT_EQ(faults(response), std::vector<std::string>{expected});
  }
  EXPECT_EQ(
      faults(
          Response(Status::PartialContent).set("Content-Type", "Multipart/ByteRanges; boundary=x")),
      std::vector<std::string>());
  Response twice = Response::text("x");
  twice.fields.add("Content-Type", "text/html");
  EXPECT_EQ(faults(twice), std::vector<std::string>{"Content-Type is repeated"});
}

TEST_F(LintTest, ReportsMethodAndTargetAndDoesNotChangeTheAnswer) {
  std::string reported;
  async::ManualExecutor executor;
  app::TestExchange exchange(executor);
  const app::App app = app::wrap(Lint([&](std::string_view fault) { reported = fault; }),
                                 app::App([] { return Response(Status::Found); }));
  EXPECT_EQ(exchange.call(app, Method::Get, "/x").status, Status::Found);
  EXPECT_EQ(reported,
            "GET /x (302): Location is missing. Made by the handler a lambda of "
            "mastic::middleware::LintTest_ReportsMethodAndTargetAndDoesNotChangeTheAnswer_Test::"
            "TestBody. RFC 9110 §15.4.3.");
}

}  // namespace
}  // namespace mastic::middleware
