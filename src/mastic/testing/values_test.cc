// Values that handlers take and return, as a client sees them.

#include <gtest/gtest.h>

#include <map>

#include "mastic/app/json_array.h"
#include "mastic/async/sleep.h"
#include "mastic/base/uuid.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::Request;
using app::Task;
using http::Status;
using routing::Form;
using routing::Json;
using routing::Query;

struct Item {
  std::string name;
  int count = 0;
  std::optional<std::string> note;
};
enum class Order { ByName, ByCount };
struct Paging {
  int page = 1;
  std::uint8_t size = 20;
  bool desc = false;
  double scale = 1;
  std::optional<std::string> filter;
  std::vector<int> ids;
  std::optional<Order> order;
};

std::string show(const Paging& paging) {
  std::string ids;
  for (const int id : paging.ids) ids += std::to_string(id) + ";";
  return std::to_string(paging.page) + " " + std::to_string(paging.size) + " " +
         (paging.desc ? "desc" : "asc") + " " + json::to_json(paging.scale) + " " +
         paging.filter.value_or("none") + " " + ids +
         (paging.order ? std::string(json::enum_name(*paging.order)) : "");
}

struct ValuesTest : ::testing::Test {
  ValuesTest() : client(make_typed_site()) {}
  static routing::Router make_typed_site() {
    routing::Router site;
    site.get<"/item/{name}">([](std::string name) { return Item{std::move(name), 3, {}}; });
    site.get<"/items">([] { return std::vector<Item>{{"a", 1, "x"}, {"b", 2, {}}}; });
    site.get<"/counts">([]() -> Task<std::map<std::string, int>> {
      co_await async::sleep_for(1ms);
      co_return std::map<std::string, int>{{"a", 1}};
    });
    site.get<"/number">([] { return Json<int>{{42}}; });
    site.get<"/many/{count:int}">([](int count) {
      return app::json_array(
          [count]() mutable -> Task<std::optional<Item>> { return next_of(count); });
    });
    site.get<"/broken">([] {
      return app::json_array([count = 0]() mutable -> std::optional<int> {
        if (count == 5000) throw std::runtime_error("no more");
        return count++;
      });
    });
    site.post<"/item">([](Json<Item> item) { return *item; });
    site.put<"/item/{id:int}">([](int id, Json<Item> item, Request&) -> Task<Json<Item>> {
      co_await async::sleep_for(1ms);
      item->count += id;
      co_return item;
    });
    site.get<"/list">([](Query<Paging> paging) { return show(*paging); });
    site.post<"/form">([](Form<Paging> form) { return show(*form); });
    return site;
  }
  static Task<std::optional<Item>> next_of(int& count) {
    if (count % 100 == 0) co_await async::sleep_for(1ms);
    if (count == 0) co_return std::nullopt;
    co_return Item{"tea", count--, {}};
  }
  TestResponse post_json(std::string_view text, std::string_view type = "application/json") {
    return client.post("/item", text, {{"Content-Type", type}});
  }
  TestClient client;
};

TEST_F(ValuesTest, ReturnedStructsAndContainersBecomeJson) {
  const auto item = client.get("/item/tea");
  EXPECT_EQ(item.text, R"({"name":"tea","count":3})");
  EXPECT_EQ(item.field("Content-Type"), "application/json");
  EXPECT_EQ(client.get("/items").text,
            R"([{"name":"a","count":1,"note":"x"},{"name":"b","count":2}])");
  EXPECT_EQ(client.get("/counts").text, R"({"a":1})");
  EXPECT_EQ(client.get("/number").text, "42");
}

TEST_F(ValuesTest, LargeArraysAreSentWhileTheyAreProduced) {
  EXPECT_EQ(client.get("/many/0").text, "[]");
  EXPECT_EQ(client.get("/many/1").text, R"([{"name":"tea","count":1}])");
  const auto many = json::from_json<std::vector<Item>>(client.get("/many/20000").text);
  ASSERT_TRUE(many) << many.error().message;
  EXPECT_EQ(many->size(), 20'000u);
}

TEST_F(ValuesTest, AnArrayThatFailsInTheMiddleIsAborted) {
  const std::string all = client.send_raw("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(all.find("[0,1,2,"), std::string::npos);
  EXPECT_EQ(all.find(']'), std::string::npos);
  EXPECT_FALSE(all.ends_with("0\r\n\r\n"));
  EXPECT_THROW((void)client.get("/broken"), std::logic_error);
}

TEST_F(ValuesTest, JsonContentBecomesAValue) {
  EXPECT_EQ(post_json(R"({"name":"tea","count":1,"more":[]})").text, R"({"name":"tea","count":1})");
  EXPECT_EQ(
      post_json(R"({"name":"t","count":1})", "application/vnd.shop+json; charset=utf-8").status,
      Status::Ok);
  const auto put =
      client.put("/item/5", R"({"name":"tea","count":1})", {{"Content-Type", "application/json"}});
  EXPECT_EQ(put.text, R"({"name":"tea","count":6})");
}

TEST_F(ValuesTest, ContentThatDoesNotFitIsExplained) {
  const auto wrong = post_json(R"({"name":"tea","count":"1"})");
  EXPECT_EQ(wrong.status, Status::UnprocessableContent);
  EXPECT_NE(wrong.text.find("count: a whole number is expected, a string found"),
            std::string::npos);
  const auto broken = post_json(R"({"name")");
  EXPECT_EQ(broken.status, Status::BadRequest);
  EXPECT_NE(broken.text.find("not JSON, at byte"), std::string::npos);
  const auto repeated = post_json(R"({"name":"a","count":1,"count":2})");
  EXPECT_EQ(repeated.status, Status::BadRequest);
  EXPECT_NE(repeated.text.find("the name 'count' occurs twice"), std::string::npos);
  EXPECT_EQ(post_json("{}", "text/plain").status, Status::UnsupportedMediaType);
  EXPECT_EQ(client.post("/item", "{}").status, Status::UnsupportedMediaType);
  EXPECT_EQ(
      client
          .post("/item", "x", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}})
          .status,
      Status::UnsupportedMediaType);
  EXPECT_EQ(client.put("/item/1", "[", {{"Content-Type", "application/json"}}).status,
            Status::BadRequest);
}

/// Otherwise a filter in front of the server could have looked at one type, and the handler at another.
TEST_F(ValuesTest, ContentWithTwoTypesIsRefused) {
  constexpr std::string_view kTypes[] = {"application/json", "application/x-www-form-urlencoded",
                                         "multipart/form-data; boundary=b", "text/plain"};
  for (const std::string_view first : kTypes) {
    for (const std::string_view second : kTypes) {
      const TestClient::FieldList twice{{"Content-Type", first}, {"Content-Type", second}};
      for (const std::string_view path : {"/item", "/form"}) {
        const auto refused = client.post(path, R"({"name":"tea","count":1})", twice);
        EXPECT_EQ(refused.status, Status::BadRequest) << path << first << second;
        EXPECT_NE(refused.text.find("more than one Content-Type"), std::string::npos);
      }
      EXPECT_EQ(client.put("/item/1", "{}", twice).status, Status::BadRequest);
    }
  }
}

TEST_F(ValuesTest, QueriesSetTheFieldsTheyName) {
  EXPECT_EQ(client.get("/list").text, "1 20 asc 1 none ");
  EXPECT_EQ(
      client.get("/list?page=3&size=255&desc=true&scale=0.5&filter=a+b%26c&ids=1&ids=2&x=y").text,
      "3 255 desc 0.5 a b&c 1;2;");
  EXPECT_EQ(client.get("/list?order=ByCount").text, "1 20 asc 1 none ByCount");
  EXPECT_EQ(client.get("/list?&&page=2&filter=").text, "2 20 asc 1 none ");
}

TEST_F(ValuesTest, QueriesThatDoNotFitAreExplained) {
  const auto wrong = client.get("/list?size=256");
  EXPECT_EQ(wrong.status, Status::UnprocessableContent);
  EXPECT_NE(wrong.text.find("size: a whole number in its range is expected, '256' found"),
            std::string::npos);
  EXPECT_NE(client.get("/list?order=name")
                .text.find("order: one of 'ByName', 'ByCount' is expected, 'name' found"),
            std::string::npos);
  for (const char* query :
       {"?page=x", "?page=", "?desc=maybe", "?scale=1x", "?ids=1&ids=x",
        "?page=99999999999999999999", "?scale=inf", "?scale=nan", "?scale=1e400"}) {
    EXPECT_EQ(client.get("/list" + std::string(query)).status, Status::UnprocessableContent)
        << query;
  }
  EXPECT_EQ(client.get("/list?filter=%zz").status, Status::BadRequest);
}

TEST_F(ValuesTest, ErrorsHaveTheFormatThatTheClientPrefers) {
  const auto text = client.get("/nowhere");
  EXPECT_EQ(text.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(text.text, "404 Not Found\n");
  const auto json = client.get("/list?page=x", {{"Accept", "application/json"}});
  EXPECT_EQ(json.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(json.text, R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
                       R"("detail":"page: a whole number in its range is expected, 'x' found",)"
                       R"("errors":[{"field":"page","message":)"
                       R"("a whole number in its range is expected, 'x' found"}]})");
  const auto page = client.get("/list?page=%3Ci%3E", {{"Accept", "text/html,*/*;q=0.8"}});
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.text.find("<h1>422 Unprocessable Content</h1>"), std::string::npos);
  EXPECT_NE(page.text.find("&lt;i&gt;"), std::string::npos);
  EXPECT_EQ(page.text.find("<i>"), std::string::npos);
  EXPECT_EQ(page.field("Vary"), "Accept");
}

TEST_F(ValuesTest, FormsSetTheFieldsTheyName) {
  const std::string_view type = "application/x-www-form-urlencoded";
  EXPECT_EQ(client.post("/form", "page=7&filter=%C3%A4+x", {{"Content-Type", type}}).text,
            "7 20 asc 1 \xc3\xa4 x ");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "x=&";
  EXPECT_EQ(client.post("/form", many, {{"Content-Type", type}}).status, Status::Ok);
  EXPECT_EQ(client.post("/form", many + "x=", {{"Content-Type", type}}).status,
            Status::ContentTooLarge);
  EXPECT_EQ(client.get("/list?" + many + "x=").status, Status::BadRequest);
  EXPECT_EQ(client.post("/form", "page=7", {{"Content-Type", "text/plain"}}).status,
            Status::UnsupportedMediaType);
}

}  // namespace
}  // namespace mastic::testing
