// The message of every failure begins with the place in the test.

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <source_location>
#include <string>

#include "mastic/mastic.h"
#include "mastic/testing/corpus.h"
#include "mastic/testing/recorded.h"
#include "mastic/testing/temp_tree.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_form.h"

namespace mastic::testing {
namespace place_test {

Router make_site() {
  Router site;
  site.get("/", [] {
    return Response::html("<!doctype html><title>t</title><a href=/>x</a><ul><li>1</ul>");
  });
  return site;
}

/// Expects that `f`, which is written in one line, throws an exception of this kind whose message
/// begins with that line, and has `part` in it.
template <class Exception = std::logic_error>
void expect_place(const std::function<void()>& f, std::string_view part,
                  std::source_location where = std::source_location::current()) {
  try {
    f();
    FAIL() << "nothing was thrown at line " << where.line();
  } catch (const Exception& error) {
    const std::string message = error.what();
    const std::string place = "place_test.cc:" + std::to_string(where.line()) + ": ";
    EXPECT_TRUE(message.starts_with(place)) << place << "...\n" << message;
    EXPECT_TRUE(message.contains(part)) << message;
  }
}

TEST(Place, IsThatOfASelector) {
  TestClient client(make_site());
  const TestResponse page = client.get("/");
  expect_place([&] { (void)page.element("li[[x"); }, "selector 'li[[x', character 4: ");
  expect_place([&] { (void)page.html().select("li[["); }, "selector 'li[['");
  expect_place([&] { (void)page.html().first("li[["); }, "selector 'li[['");
  expect_place([&] { (void)page.element("ul").select("li[["); }, "selector 'li[['");
  expect_place([&] { (void)page.element("ul").matches("li[["); }, "selector 'li[['");
}

TEST(Place, IsThatOfAClientThatLeaves) {
  TestClient client(make_site());
  client.network({.leave_after_sent = 5});
  expect_place<ClientLeft>([&] { client.get("/"); }, "GET /: the client has left");
  expect_place<ClientLeft>([&] { (void)client.stream("GET", "/").finish(); }, "GET /: ");
}

TEST(Place, IsThatOfAnAnswerWithoutItsClient) {
  std::optional<TestClient> client(std::in_place, make_site());
  const TestResponse page = client->get("/");
  client.reset();
  expect_place([&] { (void)page.client(); }, "the client of this answer was destroyed");
  expect_place([&] { (void)page.click("x"); }, "the client of this answer was destroyed");
}

TEST(Place, IsThatOfACallOfTheClient) {
  TestClient client(make_site());
  expect_place<std::invalid_argument>([&] { client.set_peer("x"); }, "set_peer: 'x' is not");
  expect_place<std::invalid_argument>([&] { (void)TestClient::connect("x"); },
                                      "'x' is not the URL");
  expect_place<std::runtime_error>([] { TestClient("config:none.ini"); }, "none.ini");
  Router site;
  site.in_background("renew", [log = site.log("renew")]() -> Task<> {
    co_await sleep_for(std::chrono::minutes(1));
    log.error("no more tea");
  });
  TestClient late(std::move(site));
  expect_place([&] { late.pass(std::chrono::hours(1)); }, "pass: an error was logged");
}

TEST(Place, IsThatOfAFile) {
  TestClient client(make_site());
  const TempTree tree;
  expect_place([&] { run_corpus(client, tree.path_of("none.txt")); }, "cannot read the corpus");
  expect_place<std::runtime_error>([&] { (void)tree.read("none"); }, "TempTree: cannot read ");
  expect_place<std::runtime_error>([&] { tree.write("../x", ""); }, "cannot go out of the folder");
  tree.write("file", "");
  expect_place<std::runtime_error>([&] { tree.write("file/x", ""); }, "Not a directory");
  expect_place([] { (void)Varying().any("time", "[0-"); }, "'[0-', the pattern of time, is no ");
}

}  // namespace place_test
}  // namespace mastic::testing
