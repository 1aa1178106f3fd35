// A test speaks like a person: it goes to pages, follows links and fills in forms.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "mastic/routing/router.h"
#include "mastic/testing/temp_tree.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using app::Request;
using app::Response;
using http::Status;

Response page_of(std::string html) { return Response::html(std::move(html)); }

/// What was asked, as text.
std::string shown(Request& request) {
  std::string out = std::string(request.method_text()) + " " + std::string(request.path()) + "?" +
                    std::string(request.query()) + "\n";
  for (const std::string_view name : {"Referer", "Origin", "Content-Type", "Accept", "Host"}) {
    if (const auto value = request.field(name))
      out += std::string(name) + ": " + std::string(*value) + "\n";
  }
  return out + std::string(request.text());
}

routing::Router make_page_site() {
  routing::Router site;
  site.get("/shop/", [] {
    return page_of(
        "<title>Shop</title><a href=tea?n=1>Green  tea</a> <a href='/shop/tea?n=2' class=x>Black "
        "tea</a>"
        "<a href=#top>Top</a><a href=javascript:x()>Script</a><a href=mailto:a@b>Mail</a>"
        "<a href=http://other.example/>Other</a><a href=one>Twice</a><a href=two>Twice</a>"
        "<a href=same>Same</a><a href=same>Same</a><a href=pic><img alt=Picture></a><button "
        "id=b>Buy</button><a href=http://test.example:80/shop/same>Port</a>"
        "<form id=find action=search><input name=q value=a></form>"
        "<form id=order action=/shop/order?x=1#f method=post><label>Name<input name=name "
        "required></label><button name=do value=1>Send</button></form>"
        "<form id=here method=post></form><form id=box method=dialog></form>");
  });
  site.get("/based", [] { return page_of("<base href=/shop/><a href=tea>Tea</a>"); });
  for (const char* const path :
       {"/shop/tea", "/shop/search", "/shop/same", "/shop/pic", "/shop/one", "/shop/two", "/end"})
    site.get(path, shown);
  site.post("/shop/order", shown);
  site.post("/shop/", shown);
  site.post("/end", shown);
  site.on("HEAD", "/end", [] { return std::string(); });
  for (const int status : {301, 302, 303, 307, 308}) {
    const auto redirect = [status](Request&) {
      return Response(static_cast<Status>(status)).set("Location", "/end#part");
    };
    site.get("/go/" + std::to_string(status), redirect);
    site.post("/go/" + std::to_string(status), redirect);
  }
  site.get("/circle/{n}", [](Request& request) {
    return Response(Status::Found).set("Location", request.value("n") == "a" ? "b" : "a");
  });
  site.get("/json",
           [] { return Response::of_type("application/json", app::Body(std::string("{}"))); });
  return site;
}

struct TestPage : ::testing::Test {
  TestClient client{make_page_site()};

  static std::string message_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  }
  static void expect_part(const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text << "\nhas no: " << part;
    EXPECT_TRUE(text.starts_with("test_page_test.cc:")) << text;
  }
};

TEST_F(TestPage, FollowsLinksByTextAndBySelector) {
  const TestResponse shop = client.get("/shop/");
  EXPECT_EQ(shop.html().title(), "Shop");
  EXPECT_EQ(shop.click("Green tea").text,
            "GET /shop/tea?n=1\nReferer: http://test.example/shop/\nHost: test.example\n");
  EXPECT_TRUE(shop.click("a.x").text.starts_with("GET /shop/tea?n=2\n"));
  EXPECT_TRUE(shop.click("Black").text.starts_with("GET /shop/tea?n=2\n"));
  EXPECT_TRUE(shop.click("Twice", 1).text.starts_with("GET /shop/two?"));
  EXPECT_TRUE(shop.click("Same").text.starts_with("GET /shop/same?"));
  EXPECT_TRUE(shop.click("Port").text.starts_with("GET /shop/same?"));
  EXPECT_TRUE(shop.click("Picture").text.starts_with("GET /shop/pic?"));
  EXPECT_TRUE(client.get("/based").click("Tea").text.starts_with(
      "GET /shop/tea?\nReferer: http://test.example/based\n"));
  EXPECT_TRUE(shop.go_to("../end").text.starts_with("GET /end?\nReferer"));
}

TEST_F(TestPage, SaysWhyALinkCannotBeFollowed) {
  const TestResponse shop = client.get("/shop/");
  const auto click = [&](std::string_view what) {
    return message_of([&] { (void)shop.click(what); });
  };
  expect_part(
      click("White tea"),
      "there is no link 'White tea'; the links of the page are\n  0: Green tea -> tea?n=1\n");
  expect_part(
      click("Twice"),
      "2 links match 'Twice'; say which by its index:\n  0: Twice -> one\n  1: Twice -> two");
  expect_part(click("Top"), "'#top', a place on the same page");
  expect_part(click("Script"), "'javascript:x()', which leads to no page");
  expect_part(click("Mail"), "'mailto:a@b'");
  expect_part(
      click("Other"),
      "'http://other.example/' is on another host: this client talks to http://test.example");
  expect_part(click("#b"), "'#b' is a <button> and no link");
  expect_part(message_of([&] { (void)shop.click("Twice", 2); }), "with index 2");
  expect_part(message_of([&] { (void)client.get("/json").click("x"); }),
              "the answer is not HTML: Content-Type is application/json");
}

TEST_F(TestPage, KeepsTheHostThatATestNames) {
  const TestResponse shop = client.get("/shop/", {{"Host", "tea.example"}});
  EXPECT_EQ(shop.click("Green tea").text,
            "GET /shop/tea?n=1\nReferer: http://tea.example/shop/\nHost: tea.example\n");
}

TEST_F(TestPage, SubmitsForms) {
  const TestResponse shop = client.get("/shop/");
  EXPECT_EQ(
      shop.form("find").set("q", "tea & milk").submit().text,
      "GET /shop/search?q=tea+%26+milk\nReferer: http://test.example/shop/\nHost: test.example\n");
  EXPECT_EQ(
      shop.form("order").set("name", "Ada").submit("Send").text,
      "POST /shop/order?x=1\nReferer: http://test.example/shop/\nOrigin: http://test.example\n"
      "Content-Type: application/x-www-form-urlencoded\nHost: test.example\nname=Ada&do=1");
  EXPECT_TRUE(shop.form("here").submit().text.starts_with("POST /shop/?"));
  EXPECT_TRUE(shop.form(1).submit_by_script().text.ends_with("\nname="));
  expect_part(message_of([&] { (void)shop.form("order").submit(); }),
              "form 'order': a browser would not send it: 'name' (Name): it is required");
  expect_part(message_of([&] { (void)shop.form("box").submit(); }), "its method is 'dialog'");
}

struct Redirection {
  const char* status;
  const char* method;
  std::string_view then;
};

TEST_F(TestPage, FollowsRedirectionsAsBrowsersDo) {
  const Redirection all[] = {{"301", "GET", "GET"},   {"302", "GET", "GET"},
                             {"303", "GET", "GET"},   {"307", "GET", "GET"},
                             {"308", "GET", "GET"},   {"301", "POST", "GET"},
                             {"302", "POST", "GET"},  {"303", "POST", "GET"},
                             {"307", "POST", "POST"}, {"308", "POST", "POST"}};
  for (const auto& [status, method, then] : all) {
    const FieldList fields = {{"Accept", "text/html"},
                              {"Content-Type", "text/plain"},
                              {"Referer", "http://test.example/before"}};
    const TestResponse answer =
        client.request(method, std::string("/go/") + status, fields, then == "GET" ? "" : "text");
    const bool keeps = then == method && then == "POST";
    const bool keeps_type = then == method;
    EXPECT_EQ(
        answer.follow().text,
        std::string(then) + " /end?\nReferer: http://test.example/before\n" +
            (keeps_type && std::string_view(status) != "303" ? "Content-Type: text/plain\n" : "") +
            "Accept: text/html\nHost: test.example\n" + (keeps ? "text" : ""))
        << status << " " << method;
  }
  EXPECT_EQ(client.get("/go/302").follow_all().text, "GET /end?\nHost: test.example\n");
  EXPECT_EQ(client.get("/end").follow_all().url(), "http://test.example/end");
}

TEST_F(TestPage, SaysWhyARedirectionCannotBeFollowed) {
  expect_part(message_of([&] { (void)client.get("/end").follow(); }),
              "the answer is no redirection");
  expect_part(message_of([&] { (void)client.get("/circle/a").follow_all(); }),
              "more than 20 redirections: http://test.example/circle/a -> "
              "http://test.example/circle/b -> http://test.example/circle/a");
}

TEST_F(TestPage, RefreshesAPage) {
  const TestResponse first = client.get("/shop/").click("Green tea");
  EXPECT_EQ(first.refresh().text, first.text);
}

TEST_F(TestPage, ExpectsTexts) {
  const TestResponse shop = client.get("/shop/");
  shop.expect_contains("Green tea Black").expect_contains("<title>").expect_absent("White");
  expect_part(message_of([&] { shop.expect_contains("White tea"); }),
              "does not contain 'White tea'\n> GET /shop/");
  expect_part(message_of([&] { shop.expect_absent("Green tea"); }),
              "the answer contains 'Green tea'");
}

TEST_F(TestPage, ComparesWithAGoldenFile) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("mastic_golden_" + std::to_string(getpid())))
          .string();
  const TestResponse end = client.get("/end");
  expect_part(message_of([&] { end.expect_golden(path); }),
              "cannot be read; run the test with MASTIC_WRITE_GOLDEN=1");
  setenv("MASTIC_WRITE_GOLDEN", "1", 1);
  end.expect_golden(path);
  unsetenv("MASTIC_WRITE_GOLDEN");
  end.expect_golden(path);
  std::ofstream(path) << "GET /begin?\nHost: test.example\n";
  expect_part(message_of([&] { end.expect_golden(path); }),
              "(- in the file, + came):\n-    1   GET /begin?\n+    1   GET /end?\n     2   Host: "
              "test.example\nIf it is right");
  std::filesystem::remove(path);
}

TEST_F(TestPage, MakesTheFolderOfAGoldenFileOrSaysWhyNot) {
  const TempTree tree{{"file"}};
  const std::string path = tree.path_of("golden/pages/end.txt");
  const TestResponse end = client.get("/end");
  setenv("MASTIC_WRITE_GOLDEN", "1", 1);
  end.expect_golden(path);
  const std::string message = message_of([&] { end.expect_golden(tree.path_of("file/end.txt")); });
  unsetenv("MASTIC_WRITE_GOLDEN");
  EXPECT_EQ(tree.read("golden/pages/end.txt"), end.text);
  expect_part(message, "Not a directory");
  expect_part(message, "test_page_test.cc:");
}

TEST_F(TestPage, SaysWhereASelectorIsWrong) {
  const TestResponse page = client.get("/shop/");
  const std::string message = message_of([&] { (void)page.element("li[[x"); });
  expect_part(message, "test_page_test.cc:");
  expect_part(message, ": selector 'li[[x', character 4");
  expect_part(message, "> GET /shop/\n");
}

TEST_F(TestPage, OpensInTheBrowserOfTheAuthor) {
  setenv("BROWSER", "true", 1);
  const std::string path = client.get("/end").open_in_browser();
  unsetenv("BROWSER");
  EXPECT_EQ(std::filesystem::file_size(path), client.get("/end").text.size());
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace mastic::testing
