// The mistakes of mistakes.md that show at run time, and their messages.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <stdexcept>
#include <string>

using mastic::Request;
using mastic::Router;
using mastic::Status;
using mastic::Task;
using mastic::testing::TestClient;

namespace {

std::string read_note(Request& request) { return std::string(request.value("name")); }

/// Returns the message that `mistake` throws when the site is made.
template <class Mistake>
std::string refusal_of(Mistake mistake) {
  Router site;
  try {
    mistake(site);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing";
}

/// Returns what is logged when a request meets the mistake; the client gets a 500.
std::string log_of(Router site, std::string_view target) {
  TestClient client(std::move(site));
  client.expect_errors();
  EXPECT_EQ(client.get(target).status, Status::InternalServerError);
  return client.log().empty() ? "nothing" : client.log().back();
}

/// `words` are the end of the message, without the fields after it.
bool says(std::string_view line, std::string_view words) {
  return line.find(std::string(words) + "  id=") != line.npos;
}

}  // namespace

TEST(Mistakes, RefusesTheSameRouteTwice) {
  const auto refusal = refusal_of([](Router& site) {
    site.get("/notes/{name}", read_note);
    site.get("/notes/{name}", read_note);
  });
  EXPECT_EQ(refusal, "route '/notes/{name}' has a handler for GET already");
}

TEST(Mistakes, RefusesTheSameNameTwice) {
  const auto refusal = refusal_of([](Router& site) {
    site.get("/notes/{name}", read_note).name("note");
    site.put("/notes/{name}", read_note).name("note");
  });
  EXPECT_EQ(refusal, "route '/notes/{name}': route '/notes/{name}' is named 'note' already");
}

TEST(Mistakes, ChecksPatternsAtRunTimeByTheSameRules) {
  const auto no_pattern = refusal_of([](Router& site) { site.get("notes", read_note); });
  EXPECT_EQ(no_pattern, "route 'notes': a route begins with '/'");
  const auto no_type = refusal_of(
      [](Router& site) { site.get("/notes/{id}", [](int id) { return std::to_string(id); }); });
  EXPECT_EQ(no_type, "route '/notes/{id}': the handler's parameter has a type: write {name:type}");
}

TEST(Mistakes, LogsAValueThatThePatternDoesNotHave) {
  Router site;
  site.get("/notes/{id}", read_note);
  EXPECT_TRUE(says(log_of(std::move(site), "/notes/7"),
                   "std::out_of_range: the pattern of this route has no {name}"));
}

TEST(Mistakes, LogsANameThatNoRouteHas) {
  Router site;
  site.get("/", [](Request& request) { return request.url_for("nots"); });
  EXPECT_TRUE(says(log_of(std::move(site), "/"),
                   "std::invalid_argument: url_for: no route is named 'nots'"));
}

TEST(Mistakes, LogsATaskThatReadsContentBeforeGathering) {
  Router site;
  site.post("/notes",
            [](Request& request) -> Task<std::string> { co_return std::string(request.text()); });
  TestClient client(std::move(site));
  client.expect_errors("the body has not been gathered");
  EXPECT_EQ(client.post("/notes", std::string(1'000'000, 'x')).status, Status::InternalServerError);
  EXPECT_TRUE(says(client.log().back(),
                   "std::logic_error: the body has not been gathered; co_await gather() first"));
}
