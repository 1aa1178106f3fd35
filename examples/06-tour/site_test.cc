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

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
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

/// The pieces of code on the page, as a reader sees them.
std::vector<std::string> code_on(std::string page) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; (at = page.find("<code>", at)) != page.npos;) {
    at += 6;
    std::string piece = page.substr(at, page.find("</code>", at) - at);
    replace_all(piece, "&lt;", "<");
    replace_all(piece, "&gt;", ">");
    replace_all(piece, "&amp;", "&");
    pieces.push_back(unindent(piece));
  }
  return pieces;
}

}  // namespace

TEST_F(Tour, ShowsTheCodeThatRuns) {
  const std::string code = unindent(read_file("site.cc") + read_file("guestbook.h"));
  const auto shown = code_on(client.get("/").text);
  EXPECT_EQ(shown.size(), 11u);
  for (const std::string& piece : shown) {
    EXPECT_NE(code.find(piece), std::string::npos) << piece;
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
  const auto added = client.post_form("/guestbook", "name=Ada&message=Hi+%3Cthere%3E");
  EXPECT_EQ(added.status, Status::SeeOther);
  EXPECT_EQ(added.field("Location"), "/guestbook");
  EXPECT_NE(client.get("/guestbook").text.find("Hi &lt;there&gt;"), std::string::npos);
}

TEST_F(Tour, ShowsAFormAgainWithItsErrors) {
  const auto again = client.post_form("/guestbook", "name=&message=Hello+%22you%22");
  EXPECT_EQ(again.status, Status::UnprocessableContent);
  EXPECT_NE(again.text.find("Who are you?"), std::string::npos);
  EXPECT_NE(again.text.find("Hello &quot;you&quot;"), std::string::npos);
  EXPECT_EQ(client.get("/guestbook").text.find("<blockquote>"), std::string::npos);
}

TEST_F(Tour, ForgetsTheOldestEntries) {
  for (int i = 0; i < 25; ++i) {
    client.post_form("/guestbook", "name=N&message=number-" + std::to_string(i));
  }
  const std::string page = client.get("/guestbook").text;
  EXPECT_NE(page.find("number-24"), std::string::npos);
  EXPECT_EQ(page.find("number-4<"), std::string::npos);
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
  EXPECT_EQ(page.status, Status::InternalServerError);
  EXPECT_NE(page.text.find("Reference: <code>"), std::string::npos);
  EXPECT_EQ(page.text.find("secret"), std::string::npos);
  const auto problem = client.get("/nowhere", {{"Accept", "application/json"}});
  EXPECT_EQ(problem.status, Status::NotFound);
  EXPECT_EQ(problem.field("Content-Type"), "application/problem+json");
}

TEST_F(Tour, ListsItsRoutes) {
  const std::string routes = client.get("/api/routes").text;
  EXPECT_NE(routes.find(R"({"method":"GET","pattern":"/api/greeting/{name}"})"), std::string::npos)
      << routes;
}

TEST_F(Tour, SendsSecurityFields) {
  for (const char* path : {"/", "/style.css", "/guestbook", "/nowhere"}) {
    EXPECT_EQ(client.get(path).field("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_TRUE(
        client.get(path).field("Content-Security-Policy")->starts_with("default-src 'self'"))
        << path;
  }
}
