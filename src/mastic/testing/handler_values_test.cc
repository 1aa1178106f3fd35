// Values that handlers take from fields, cookies, content and forms, with their validation.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using app::Body;
using app::FieldErrors;
using app::Request;
using app::Response;
using app::Task;
using http::Status;
using routing::Checked;
using routing::Cookie;
using routing::Form;
using routing::Header;
using routing::Json;
using routing::Query;

struct SignUp {
  std::string name;
  int age = 0;

  void validate(FieldErrors& errors) const {
    errors.require(!name.empty(), "name", "must not be empty");
    errors.require(age >= 18, "age", "must be 18 or more");
  }
};

struct Party {
  std::vector<std::string> extras = {"breakfast"};
  std::optional<int> table = 5;
  std::map<std::string, int> drinks = {{"water", 1}};
  SignUp host;
  std::vector<SignUp> guests;

  void validate(FieldErrors& errors) const {
    errors.require(guests.size() <= 200, "guests", "must be 200 at most");
    errors.require(!table || *table < 20, "table", "must be below 20");
  }
};
struct Extras {
  std::vector<std::string> extras = {"breakfast"};
  std::optional<int> table = 5;
};

struct HandlerValuesTest : ::testing::Test {
  HandlerValuesTest() : client(make_values_site()) {}
  static routing::Router make_values_site() {
    routing::Router site;
    site.get<"/key">([](Header<"X-Key"> key) { return app::borrowed(*key); });
    site.get<"/version">([](Header<"X-Version", std::optional<int>> version) {
      return std::to_string(version->value_or(1));
    });
    site.get<"/theme">(
        [](Cookie<"theme", std::optional<std::string>> theme) { return theme->value_or("light"); });
    site.get<"/session">([](Cookie<"id", unsigned> id) { return std::to_string(*id); });
    site.post<"/size">([](Body body) -> Task<std::string> {
      std::size_t bytes = 0;
      while (auto piece = co_await body.next()) bytes += piece->size();
      co_return std::to_string(bytes);
    });
    site.post<"/echo">([](Body body) { return body; });
    site.post<"/sign-up">([](Form<SignUp> form) { return "welcome " + form->name; });
    site.post<"/sign-up.json">([](Json<SignUp> form) { return "welcome " + form->name; });
    site.post<"/page">([](Checked<Form<SignUp>> form) {
      if (form.errors.empty()) return "welcome " + form->name;
      return "again, " + form->name + ": " + std::string(form.errors.of("age"));
    });
    site.post<"/again">([](Checked<Form<SignUp>> form) {
      return std::string(form.typed.of("name", "?")) + "|" + std::string(form.typed.of("age")) +
             "|" + std::string(form.errors.of("age")) + (form.typed.has("extra", "b") ? "|b" : "");
    });
    site.post<"/again.json">([](Checked<Json<SignUp>> form) {
      return std::string(form.typed.of("name", "?")) + "|" + std::string(form.errors.of("age"));
    });
    site.get<"/search">([](Query<SignUp> query) { return query->name; });
    site.post<"/strict">([](Json<SignUp, json::UnknownMembers::Refuse>) { return "ok"; });
    site.get<"/hello">([](Request& request) -> Response {
      const auto language = request.preferred_language({"en", "de"}).value_or("en");
      if (request.preferred_type({"text/plain", "text/html"}) == "text/html") {
        return Response::html(language == "de" ? "<p>Hallo" : "<p>Hello");
      }
      return Response::text(language == "de" ? "Hallo" : "Hello");
    });
    site.post<"/party">([](Json<Party> party) { return *party; });
    site.get<"/extras">([](Query<Extras> extras) { return *extras; });
    site.post<"/taken">([](Request& request, Body body) {
      return std::string(body.bytes().value_or("")) + std::string(request.text());
    });
    site.get<"/go">([](Header<"X-To"> to) { return Response::redirect(*to); });
    return site;
  }
  TestClient client;
};

TEST_F(HandlerValuesTest, TakesHeaderFields) {
  EXPECT_EQ(client.get("/key", {{"X-Key", "open"}}).text, "open");
  EXPECT_EQ(client.get("/version", {{"x-version", "3"}}).text, "3");
  EXPECT_EQ(client.get("/version").text, "1");
}

TEST_F(HandlerValuesTest, FieldsThatDoNotFitAreExplained) {
  const auto missing = client.get("/key");
  EXPECT_EQ(missing.status, Status::BadRequest);
  EXPECT_EQ(missing.text, "400 Bad Request\n\nThe field 'X-Key' is missing.\n");
  const auto wrong = client.get("/version", {{"X-Version", "three"}});
  EXPECT_EQ(wrong.status, Status::BadRequest);
  EXPECT_EQ(wrong.text,
            "400 Bad Request\n\nThe field 'X-Version': a whole number in its range is expected, "
            "'three' found.\n");
}

TEST_F(HandlerValuesTest, TakesCookies) {
  EXPECT_EQ(client.get("/theme", {{"Cookie", "a=b; theme=dark"}}).text, "dark");
  EXPECT_EQ(client.get("/theme").text, "light");
  EXPECT_EQ(client.get("/session", {{"Cookie", "id=7"}}).text, "7");
  EXPECT_EQ(client.get("/session", {{"Cookie", "id=-7"}}).status, Status::BadRequest);
  EXPECT_EQ(client.get("/session").text, "400 Bad Request\n\nThe cookie 'id' is missing.\n");
}

TEST_F(HandlerValuesTest, TakesContentInPieces) {
  EXPECT_EQ(client.post("/size", std::string(3'000'000, 'x')).text, "3000000");
  EXPECT_EQ(client.post("/echo", "hey").text, "hey");
}

TEST_F(HandlerValuesTest, FormsAreValidatedFieldByField) {
  EXPECT_EQ(client.post_form("/sign-up", "name=ada&age=36").text, "welcome ada");
  const auto refused = client.post_form("/sign-up", "name=&age=7");
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(refused.text,
            "422 Unprocessable Content\n\nname: must not be empty\nage: must be 18 or more\n");
  const auto misread = client.post_form("/sign-up", "name=&age=old");
  EXPECT_EQ(misread.text,
            "422 Unprocessable Content\n\n"
            "age: a whole number in its range is expected, 'old' found\nname: must not be empty\n")
      << "the age could not be read, so its limit is not mentioned";
  EXPECT_EQ(client.get("/search?name=x").status, Status::UnprocessableContent);
}

TEST_F(HandlerValuesTest, AFormIsShownAgainWithTheValuesThatCounted) {
  // As a page sends a box that is ticked, with a hidden field for one that is not.
  const std::string sent = "name=none&age=7&name=ada&age=36";
  EXPECT_EQ(client.post_form("/sign-up", sent).text, "welcome ada");
  EXPECT_EQ(client.post_form("/again", sent).text, "ada|36|");
}

TEST_F(HandlerValuesTest, JsonIsValidatedFieldByField) {
  const auto refused = client.send_json("/sign-up.json", R"({"name":"ada","age":7})");
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(refused.text, "422 Unprocessable Content\n\nage: must be 18 or more\n");
}

TEST_F(HandlerValuesTest, AllFaultsOfJsonAreReportedAtOnce) {
  const auto refused = client.send_json(
      "/party", R"({"extras":[1],"drinks":{"tea":"2"},"host":{"name":"","age":"x"},)"
                R"("guests":[{"name":"ada","age":40},{"age":7},8,{"name":"","age":7}]})");
  EXPECT_EQ(refused.text,
            "422 Unprocessable Content\n\n"
            "extras[0]: a string is expected, a whole number found\n"
            "drinks.tea: a whole number is expected, a string found\n"
            "host.age: a whole number is expected, a string found\n"
            "guests[1].name: it is missing\n"
            "guests[2]: an object is expected, a whole number found\n"
            "host.name: must not be empty\n"
            "guests[1].age: must be 18 or more\n"
            "guests[3].name: must not be empty\nguests[3].age: must be 18 or more\n")
      << "guests[2] could not be read, so its members are not mentioned";
}

TEST_F(HandlerValuesTest, JsonOfTheWrongKindIsReportedOnce) {
  EXPECT_EQ(client.send_json("/sign-up.json", "[]").text,
            "422 Unprocessable Content\n\nan object is expected, an array found\n");
}

TEST_F(HandlerValuesTest, AtMostAHundredFaultsAreReported) {
  const std::string head = R"({"extras":[],"drinks":{},"host":{"name":"ada","age":40},"guests":[)";
  const auto refuse = [&](std::string_view guest) {
    std::string json = head;
    for (int i = 0; i < 10'000; ++i) json.append(i > 0 ? "," : "").append(guest);
    return client.send_json("/party", json + "]}").text;
  };
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  const std::string unread = refuse("0");
  EXPECT_EQ(lines(unread), 2 + 100 + 1);
  EXPECT_TRUE(
      unread.ends_with("guests[99]: an object is expected, a whole number found\nand more\n"))
      << unread;
  const std::string unfit = refuse(R"({"name":"bob","age":7})");
  EXPECT_EQ(lines(unfit), 2 + 100 + 1);
  EXPECT_TRUE(unfit.ends_with("guests[99].age: must be 18 or more\nand more\n")) << unfit;
}

TEST_F(HandlerValuesTest, NestedStructsAreValidatedToo) {
  const auto refused =
      client.send_json("/party", R"({"extras":[],"drinks":{},"host":{"name":"","age":40},)"
                                 R"("guests":[{"name":"ada","age":40},{"name":"bob","age":7}]})");
  EXPECT_EQ(refused.text,
            "422 Unprocessable Content\n\n"
            "host.name: must not be empty\nguests[1].age: must be 18 or more\n");
}

TEST_F(HandlerValuesTest, AStructIsValidatedEvenIfOneInsideItHasErrors) {
  const auto refused = client.send_json(
      "/party", R"({"table":20,"extras":[],"drinks":{},"host":{"name":"","age":40},"guests":[]})");
  EXPECT_EQ(refused.text,
            "422 Unprocessable Content\n\n"
            "host.name: must not be empty\ntable: must be below 20\n");
}

TEST_F(HandlerValuesTest, GivenValuesReplaceDefaults) {
  EXPECT_EQ(
      client
          .send_json("/party", R"({"extras":["tea"],"table":null,"drinks":{"water":2},)"
                               R"("host":{"name":"ada","age":40},"guests":[]})")
          .text,
      R"({"extras":["tea"],"drinks":{"water":2},"host":{"name":"ada","age":40},"guests":[]})");
  EXPECT_EQ(client.get("/extras?extras=tea&extras=cake&table=").text,
            R"({"extras":["tea","cake"]})");
  EXPECT_EQ(client.get("/extras").text, R"({"extras":["breakfast"],"table":5})");
}

TEST_F(HandlerValuesTest, ReadingContentThatWasTakenIsAnError) {
  client.expect_errors("the handler has taken the body");
  try {
    (void)client.post("/taken", "hey");
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_TRUE(
        std::string_view(error.what())
            .contains("  POST /taken (500): the content of the request was read twice. Made "
                      "by the handler of POST /taken. app/body.h, Body: content is read at "
                      "most once.\n"))
        << error.what();
  }
  EXPECT_NE(client.log().at(0).find("the handler has taken the body"), std::string::npos);
}

TEST_F(HandlerValuesTest, UnknownMembersAreRefusedOnRequest) {
  const auto refused = client.send_json("/strict", R"({"name":"ada","age":36,"admin":true})");
  EXPECT_EQ(refused.status, Status::UnprocessableContent);
  EXPECT_EQ(refused.text, "422 Unprocessable Content\n\nadmin: it is not known\n");
}

TEST_F(HandlerValuesTest, AHandlerMayAnswerBadInputItself) {
  EXPECT_EQ(client.post_form("/page", "name=ada&age=36").text, "welcome ada");
  EXPECT_EQ(client.post_form("/page", "name=ada&age=7").text, "again, ada: must be 18 or more");
  EXPECT_EQ(client.post_form("/page", "name=ada&age=x").text,
            "again, ada: a whole number in its range is expected, 'x' found");
}

TEST_F(HandlerValuesTest, AFormKeepsTheTextThatWasTyped) {
  EXPECT_EQ(client.post_form("/again", "name=J%C3%B6rg+%3Cb%3E&age=x+y&extra=a&extra=b").text,
            "J\xc3\xb6rg <b>|x y|a whole number in its range is expected, 'x y' found|b");
  EXPECT_EQ(client.post_form("/again", "age=&age=20").text,
            "?|20|a whole number in its range is expected, '' found");
  EXPECT_EQ(client.send_json("/again.json", R"({"name":"ada"})").text, "?|it is missing");
}

TEST_F(HandlerValuesTest, AnswersFollowThePreferencesOfTheClient) {
  EXPECT_EQ(client.get("/hello").text, "Hello");
  EXPECT_EQ(client.get("/hello", {{"Accept-Language", "de-AT,en;q=0.5"}}).text, "Hallo");
  EXPECT_EQ(client.get("/hello", {{"Accept", "text/html"}, {"Accept-Language", "fr"}}).text,
            "<p>Hello");
}

TEST_F(HandlerValuesTest, ARedirectStaysOnTheSite) {
  EXPECT_EQ(client.get("/go", {{"X-To", "/cart?x=1"}}).field("Location"), "/cart?x=1");
  const auto refused = client.get("/go", {{"X-To", "//evil.example"}});
  EXPECT_EQ(refused.status, Status::BadRequest);
  EXPECT_FALSE(refused.field("Location"));
}

}  // namespace
}  // namespace mastic::testing
