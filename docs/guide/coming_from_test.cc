// The code of Mastic in coming-from.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <optional>
#include <string>

#include "peers/mastic.h"

using mastic::HttpError;
using mastic::Json;
using mastic::Next;
using mastic::Query;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::Task;
using mastic::testing::TestClient;

namespace {

struct Pair {
  int a = 0;
  int b = 0;
};
struct Sum {
  int sum = 0;
};
struct Search {
  std::optional<std::string> q;
  int page = 1;
};

struct OnlyWithKey {
  std::optional<Response> before(Request& request) const {
    if (request.field("X-Key") == "sesame") return std::nullopt;
    return Response::text("Say the word.\n", Status::Forbidden);
  }
};

Task<Response> tag(Request& request, Next next) {
  Response response = co_await next(request);
  response.set("X-App", "shop");
  co_return response;
}

Router make_site(const std::string& public_dir) {
  Router site;
  site.get<"/hello/{count:uint}">([](unsigned count) {
    if (count > 100) throw HttpError(Status::BadRequest, "That is too many.");
    return std::to_string(count) + " times hello\n";
  });
  site.post<"/sum">([](Json<Pair> pair) { return Sum{pair->a + pair->b}; });
  site.get<"/search">([](Query<Search> search) { return *search; });
  site.get("/admin", [] { return "in\n"; }).use(OnlyWithKey());
  site.mount("/static", mastic::static_files(public_dir));
  site.use(tag);
  return site;
}

const std::string kPublic = std::string(MASTIC_SOURCE_DIR) + "/examples/02-static-site/public";

}  // namespace

TEST(ComingFrom, PassesTypedPathValues) {
  TestClient client(make_site(kPublic));
  EXPECT_EQ(client.get("/hello/3").text, "3 times hello\n");
  EXPECT_EQ(client.get("/hello/101").status, Status::BadRequest);
  EXPECT_EQ(client.get("/hello/many").status, Status::NotFound);
}

TEST(ComingFrom, ReadsAndWritesJson) {
  TestClient client(make_site(kPublic));
  EXPECT_EQ(client.send_json("/sum", R"({"a":1,"b":2})").text, R"({"sum":3})");
  EXPECT_EQ(client.send_json("/sum", R"({"a":1})").status, Status::UnprocessableContent);
  EXPECT_EQ(client.get("/search?q=tea&page=2").text, R"({"q":"tea","page":2})");
}

TEST(ComingFrom, MiddlewareWrapsTheSiteOrARoute) {
  TestClient client(make_site(kPublic));
  EXPECT_EQ(client.get("/admin").status, Status::Forbidden);
  EXPECT_EQ(client.get("/admin", {{"X-Key", "sesame"}}).text, "in\n");
  EXPECT_EQ(client.get("/hello/1").field("X-App"), "shop");
}

TEST(ComingFrom, ServesFiles) {
  TestClient client(make_site(kPublic));
  EXPECT_EQ(client.get("/static/").status, Status::Ok);
}

TEST(ComingFrom, StoresItems) {
  TestClient client(make_items());
  const auto made = client.send_json("/items", R"({"name":"tea","count":2})");
  EXPECT_EQ(made.status, Status::Created);
  EXPECT_EQ(client.get("/items/1").text, R"({"id":1,"name":"tea","count":2})");
  EXPECT_EQ(client.get("/items").text, "[" + made.text + "]");
  EXPECT_EQ(client.del("/items/1").status, Status::NoContent);
  EXPECT_EQ(client.del("/items/1").status, Status::NotFound);
  EXPECT_EQ(client.get("/items/1").text, "404 Not Found\n\nThere is no such item.\n");
}

TEST(ComingFrom, ChecksItems) {
  TestClient client(make_items());
  EXPECT_EQ(client.send_json("/items", R"({"name":"","count":-1})").text,
            "422 Unprocessable Content\n\nname: must not be empty\ncount: must not be negative\n");
  EXPECT_EQ(client.send_json("/items", R"({"name":7,"count":1})").status,
            Status::UnprocessableContent);
  EXPECT_EQ(client.send_json("/items", "[").status, Status::BadRequest);
}
