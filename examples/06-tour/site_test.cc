#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include <algorithm>
#include <fstream>
#include <sstream>

using mastic::Status;
using mastic::testing::TestClient;

namespace {

struct Tour : testing::Test {
  TestClient client{make_site(TOUR_PUBLIC_DIR)};
};

std::string read_file(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(TOUR_DIR) + "/" + name).rdbuf();
  return text.str();
}

/// Removes the indentation of all lines, because the page indents the code differently.
std::string unindent(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    all += line.substr(std::min(line.find_first_not_of(' '), line.size())) + "\n";
  }
  return all;
}

}  // namespace

TEST_F(Tour, ShowsTheCodeThatRuns) {
  const std::string code = unindent(read_file("site.cc") + read_file("guestbook.h"));
  const auto shown = client.get("/").html().select("code");
  EXPECT_EQ(shown.size(), 11u);
  for (const auto& piece : shown) {
    EXPECT_NE(code.find(unindent(piece.text())), std::string::npos) << piece.text();
  }
}

TEST_F(Tour, Greets) {
  EXPECT_EQ(client.get("/api/greeting/Ada").text, R"({"text":"Hello, Ada.","letters":3})");
  EXPECT_EQ(client.get("/api/greeting/Ada?loud=true").text,
            R"({"text":"Hello, Ada!!!","letters":3})");
  EXPECT_EQ(client.get("/api/greeting/Ada?loud=very").status, Status::UnprocessableContent);
}

TEST_F(Tour, CountsDown) {
  EXPECT_EQ(client.get("/api/countdown").text, "10\n9\n8\n7\n6\n5\n4\n3\n2\n1\n");
}

TEST_F(Tour, AddsEntriesToTheGuestBook) {
  auto form = client.get("/guestbook").form();
  const auto added = form.set("name", "Ada").set("message", "Hi <there>").submit().expect(303);
  EXPECT_EQ(added.follow().element("blockquote p").text(), "Hi <there>");
}

TEST_F(Tour, ShowsAFormAgainWithItsErrors) {
  auto form = client.get("/guestbook").form();
  const auto again = form.set("message", "Hello \"you\"").submit().expect(422);
  again.expect_contains("Who are you?");
  EXPECT_EQ(again.form().value("message"), "Hello \"you\"");
  EXPECT_TRUE(client.get("/guestbook").html().select("blockquote").empty());
}

TEST_F(Tour, ForgetsTheOldestEntries) {
  for (int i = 0; i < 25; ++i) {
    client.post_form("/guestbook", "name=N&message=number-" + std::to_string(i));
  }
  const auto entries = client.get("/guestbook").html().select("blockquote p");
  EXPECT_EQ(entries.front().text(), "number-24");
  EXPECT_EQ(entries.back().text(), "number-5");
}

TEST_F(Tour, PassesOnWhatPagesSay) {
  auto ada = client.websocket("/api/chat");
  auto grace = client.websocket("/api/chat");
  ada.send(R"({"name":"Ada","text":"Good morning"})");
  for (auto* const socket : {&ada, &grace}) {
    EXPECT_EQ(socket->receive().data, R"({"name":"Ada","text":"Good morning"})");
  }
}

TEST_F(Tour, TakesFiles) {
  const auto receipt = client.upload("/api/upload", {}, {{"content", "sea.jpg", "", "blue"}});
  EXPECT_EQ(receipt.text, R"({"name":"sea.jpg","bytes":4})");
  const std::string huge(16'000'001, 'x');
  const auto refused = client.upload("/api/upload", {}, {{"content", "huge", "", huge}});
  EXPECT_EQ(refused.status, Status::ContentTooLarge);
}

TEST_F(Tour, ExplainsErrorsToPeopleAndPrograms) {
  client.expect_errors("a secret");
  const auto page = client.get("/broken", {{"Accept", "text/html"}});
  page.expect(500).expect_contains("Reference: ").expect_absent("secret");
  const auto problem = client.get("/nowhere", {{"Accept", "application/json"}});
  EXPECT_EQ(problem.status, Status::NotFound);
  EXPECT_EQ(problem.field("Content-Type"), "application/problem+json");
}

TEST_F(Tour, ListsItsRoutes) {
  client.get("/api/routes").expect_contains(R"({"method":"GET","pattern":"/api/greeting/{name}"})");
}

TEST_F(Tour, SendsSecurityFields) {
  for (const char* path : {"/", "/style.css", "/guestbook", "/nowhere"}) {
    EXPECT_EQ(client.get(path).field("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_TRUE(
        client.get(path).field("Content-Security-Policy")->starts_with("default-src 'self'"))
        << path;
  }
}
