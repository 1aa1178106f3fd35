#include "mastic/testing/gtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include "mastic/mastic.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using ::testing::DescribeMatcher;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::PrintToString;

struct GtestTea {
  std::string name;
  int grams = 0;
};

Router make_tea_site() {
  Router site;
  site.get("/tea", [] { return GtestTea{"Assam", 50}; });
  site.get("/text", [] { return "green"; });
  site.get("/old", [] { return Response(Status::Found).set("Location", "/tea"); });
  site.get("/url",
           [] { return Response(Status::Found).set("Location", "http://test.example/tea?a=1"); });
  site.get("/deep/old", [] { return Response(Status::Found).set("Location", "../tea?b=2"); });
  site.get("/away",
           [] { return Response(Status::Found).set("Location", "http://other.example/"); });
  site.get("/login", [] {
    Response response(Status::NoContent);
    response.fields.add("Set-Cookie", "id=8; Path=/");
    response.fields.add("Set-Cookie", "theme=dark");
    return response;
  });
  return site;
}

/// What a failed EXPECT_THAT says after the answer; "ok" when the matcher likes it.
std::string fault_of(const ResponseMatcher& matcher, const TestResponse& response) {
  ::testing::StringMatchResultListener listener;
  return ExplainMatchResult(matcher, response, &listener) ? "ok" : listener.str();
}

struct GoogleTestMatchers : ::testing::Test {
  TestClient client{make_tea_site()};
};

TEST_F(GoogleTestMatchers, SayWhatWasExpected) {
  const auto said = [](const ResponseMatcher& matcher) {
    return DescribeMatcher<const TestResponse&>(matcher);
  };
  EXPECT_EQ(said(HasStatus(404)), "has the status 404");
  EXPECT_EQ(said(HasStatus({400, 499})), "has the status 400 to 499");
  EXPECT_EQ(said(Not(HasStatus(Status::Ok))), "does not have the status 200");
  EXPECT_EQ(said(HasField("Vary")), "has the field Vary");
  EXPECT_EQ(said(HasField("Vary", "Accept")), "has the field Vary, which is equal to \"Accept\"");
  EXPECT_EQ(said(Not(HasField("Vary", "Accept"))),
            "does not have the field Vary, or has one which isn't equal to \"Accept\"");
  EXPECT_EQ(said(HasNoField("Vary")), "has no field Vary");
  EXPECT_EQ(said(HasText(HasSubstr("tea"))), "has a text which has substring \"tea\"");
  EXPECT_EQ(said(HasJson<GtestTea>(::testing::Field("grams", &GtestTea::grams, 50))),
            "has JSON which is an object whose field `grams` is equal to 50");
  EXPECT_EQ(said(IsRedirectTo("/cart")), "redirects to a target which is equal to \"/cart\"");
  EXPECT_EQ(said(HasCookie("id", "8")),
            "has a Set-Cookie for the cookie id, which is equal to \"8\"");
}

TEST_F(GoogleTestMatchers, SayWhichStatusCame) {
  const TestResponse text = client.get("/text");
  EXPECT_EQ(fault_of(HasStatus(200), text), "ok");
  EXPECT_EQ(fault_of(HasStatus({200, 299}), text), "ok");
  EXPECT_EQ(fault_of(HasStatus(404), text), "whose status is 200");
}

TEST_F(GoogleTestMatchers, SayWhichFieldsCame) {
  const TestResponse text = client.get("/text");
  EXPECT_EQ(fault_of(HasField("content-LENGTH", "5"), text), "ok");
  EXPECT_EQ(fault_of(HasField("Content-Length"), text), "ok");
  EXPECT_EQ(fault_of(HasNoField("Vary"), text), "ok");
  EXPECT_EQ(fault_of(HasField("Vary", "Accept"), text), "which does not have the field Vary");
  EXPECT_EQ(fault_of(HasField("Content-Length", "6"), text),
            "which has the field Content-Length with the value \"5\"");
  EXPECT_EQ(fault_of(HasNoField("Content-Length"), text),
            "which has the field Content-Length with the value \"5\"");
  const TestResponse login = client.get("/login");
  EXPECT_EQ(fault_of(HasField("Set-Cookie", "theme=dark"), login), "ok");
  EXPECT_EQ(fault_of(HasField("Set-Cookie", "x"), login),
            "which has the field Set-Cookie with the value \"id=8; Path=/\" and \"theme=dark\"");
}

TEST_F(GoogleTestMatchers, SayWhichContentCame) {
  EXPECT_EQ(fault_of(HasText("green"), client.get("/text")), "ok");
  EXPECT_EQ(fault_of(HasText(HasSubstr("black")), client.get("/text")), "whose text is \"green\"");
  const auto is_assam = ::testing::Field("name", &GtestTea::name, "Assam");
  const auto is_sencha = ::testing::Field("name", &GtestTea::name, "Sencha");
  EXPECT_EQ(fault_of(HasJson<GtestTea>(is_assam), client.get("/tea")), "ok");
  EXPECT_EQ(fault_of(HasJson<GtestTea>(is_sencha), client.get("/tea")),
            "whose JSON is {\"name\":\"Assam\",\"grams\":50}, whose field `name` is \"Assam\"");
  EXPECT_THAT(fault_of(HasJson<GtestTea>(is_assam), client.get("/text")),
              ::testing::StartsWith("whose text is not that JSON: "));
}

TEST_F(GoogleTestMatchers, SayWhereAnAnswerRedirects) {
  EXPECT_EQ(fault_of(IsRedirectTo("/tea"), client.get("/old")), "ok");
  EXPECT_EQ(fault_of(IsRedirectTo("/tea?a=1"), client.get("/url")), "ok");
  EXPECT_EQ(fault_of(IsRedirectTo("/tea?b=2"), client.get("/deep/old")), "ok");
  EXPECT_EQ(fault_of(IsRedirectTo("http://other.example/"), client.get("/away")), "ok");
  EXPECT_EQ(fault_of(IsRedirectTo("/cart"), client.get("/url")),
            "which redirects to \"http://test.example/tea?a=1\"");
  EXPECT_EQ(fault_of(IsRedirectTo("/cart"), client.get("/text")),
            "which does not redirect: its status is 200");
  TestResponse nowhere;
  nowhere.status = Status::Found;
  EXPECT_EQ(fault_of(IsRedirectTo("/cart"), nowhere),
            "which does not redirect: its status is 302, and it has no Location");
}

TEST_F(GoogleTestMatchers, SayWhichCookieIsSet) {
  const TestResponse login = client.get("/login");
  EXPECT_EQ(fault_of(HasCookie("id", "8"), login), "ok");
  EXPECT_EQ(fault_of(HasCookie("theme"), login), "ok");
  EXPECT_EQ(fault_of(HasCookie("id", "9"), login),
            "which has a Set-Cookie for the cookie id with the value \"8\"");
  EXPECT_EQ(fault_of(HasCookie("Id"), login), "which does not have a Set-Cookie for the cookie Id");
}

TEST_F(GoogleTestMatchers, ShowTheWholeExchangeWhenATestFails) {
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(client.get("/text"), HasStatus(404)),
                          "Expected: has the status 404\n"
                          "  Actual: \n"
                          "> GET /text\n"
                          "> Host: test.example\n"
                          "< 200 OK\n");
  EXPECT_NONFATAL_FAILURE(
      EXPECT_THAT(client.get("/text"), HasStatus(404)),
      "\n< green\n (of type mastic::testing::TestResponse), whose status is 200");
}

TEST(GoogleTestPrinters, ShowEventsAndMessages) {
  EXPECT_EQ(PrintToString(TestEvent{.data = "a\nb", .name = "message", .id = ""}),
            "message \"a\\nb\"");
  EXPECT_EQ(PrintToString(TestEvent{.data = "7", .name = "price", .id = "8"}),
            "price \"7\" with the id \"8\"");
  EXPECT_EQ(PrintToString(websocket::Message("hi")), "text \"hi\"");
  EXPECT_EQ(PrintToString(websocket::Message::of_bytes("\x01")), "bytes \"\\x1\"");
}

TEST(Failures, OfDestructorsAreThoseOfGoogleTest) {
  EXPECT_NONFATAL_FAILURE(report_failure("the last error"), "the last error");
}

Router make_site_that_stops_badly() {
  Router site;
  site.get("/", [] { return "hi"; });
  site.on_stop([log = site.log("shop")] { log.error("the till is open"); });
  return site;
}

TEST(Failures, AreReportedForAnErrorOfAShutdownHook) {
  EXPECT_NONFATAL_FAILURE(
      {
        TestClient client(make_site_that_stops_badly());
        client.get("/").expect();
      },
      "a client was destroyed: an error was logged that the test does not expect:\n"
      "  error shop: the till is open");
}

TEST(Failures, AreNotReportedForAnErrorThatTheTestExpects) {
  TestClient client(make_site_that_stops_badly());
  client.expect_errors("the till");
  client.get("/").expect();
}

TEST(Failures, AreReportedOnceForAllClientsOfAnApplication) {
  EXPECT_NONFATAL_FAILURE(
      {
        TestClient client(make_site_that_stops_badly());
        TestClient other = client.another();
        other.get("/").expect();
      },
      "the till is open");
}

}  // namespace
}  // namespace mastic::testing
