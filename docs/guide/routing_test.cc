// The code of routing.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::testing::TestClient;

namespace {

Router make_shop() {
  Router shop;
  shop.get<"">([] { return "the shop\n"; });
  shop.get<"/tea">([](Request& request) { return request.url_for("item", 7) + "\n"; });
  return shop;
}

Router make_api() {
  Router api;
  api.get<"/">([] { return "the api\n"; });
  return api;
}

Router make_site() {
  Router site;
  site.get<"/items/{id:int}">([](int id) { return "item " + std::to_string(id); }).name("item");
  site.on<"/cache/{key}">("PURGE", [](std::string key) { return "purged " + key + "\n"; });
  site.mount("/shop", make_shop());
  site.host("api.example.com", make_api());
  site.host("*.example.com", [] { return "some other host\n"; });
  return site;
}

/// Notes when a request passes, and when its answer does.
struct Note {
  std::string& order;
  std::string name;

  std::optional<Response> before(Request&) const {
    order += name + " > ";
    return std::nullopt;
  }
  void after(Request&, Response&) const { order += "< " + name + " "; }
};

struct Routing : testing::Test {
  TestClient client{make_site()};
};

}  // namespace

TEST_F(Routing, PatternsAndMounts) {
  EXPECT_EQ(client.get("/items/7", {{"Host", "here"}}).text, "item 7");
  EXPECT_EQ(client.get("/shop", {{"Host", "here"}}).text, "the shop\n");
  EXPECT_EQ(client.get("/shop/tea", {{"Host", "here"}}).text, "/items/7\n");
}

TEST_F(Routing, OneRuleForTheSlash) {
  const auto moved = client.get("/items/7/?x=1", {{"Host", "here"}});
  EXPECT_EQ(moved.status, Status::PermanentRedirect);
  EXPECT_EQ(moved.field("Location"), "/items/7?x=1");
  EXPECT_EQ(client.get("/shop/", {{"Host", "here"}}).field("Location"), "/shop");
}

TEST_F(Routing, HostsHaveTheirOwnApplications) {
  EXPECT_EQ(client.get("/", {{"Host", "api.example.com"}}).text, "the api\n");
  EXPECT_EQ(client.get("/", {{"Host", "www.example.com"}}).text, "some other host\n");
}

TEST(Mounts, AnswerWhatIsBelowThem) {
  const std::string public_dir = std::string(MASTIC_SOURCE_DIR) + "/examples/02-static-site/public";
  Router site;
  site.mount("/covers", mastic::static_files(public_dir));
  site.mount("/", mastic::static_files(public_dir));
  TestClient client(std::move(site));
  const auto moved = client.get("/covers");
  EXPECT_EQ(moved.status, Status::MovedPermanently);
  EXPECT_EQ(moved.field("Location"), "./covers/");
  EXPECT_EQ(client.post("/nowhere", "").status, Status::MethodNotAllowed);
  EXPECT_EQ(client.get("/nowhere").status, Status::NotFound);
}

TEST_F(Routing, MethodsMayHaveAnyName) {
  const auto purged = client.request("PURGE", "/cache/7", {{"Host", "here"}});
  EXPECT_EQ(purged.text, "purged 7\n");
  const auto elsewhere = client.request("PURGE", "/items/7", {{"Host", "here"}});
  EXPECT_EQ(elsewhere.status, Status::MethodNotAllowed);
  EXPECT_EQ(elsewhere.field("Allow"), "OPTIONS, GET, HEAD");
  const auto refused = client.get("/cache/7", {{"Host", "here"}});
  EXPECT_EQ(refused.status, Status::MethodNotAllowed);
  EXPECT_EQ(refused.field("Allow"), "OPTIONS, PURGE");
}

TEST(Middleware, RunsInTheOrderOfUse) {
  std::string order;
  Router site;
  site.use(Note{order, "site 1"});
  site.get<"/">([&order] { return order += "handler ", "hello"; })
      .use(Note{order, "route 1"})
      .use(Note{order, "route 2"});
  site.use(Note{order, "site 2"});
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/").text, "hello");
  EXPECT_EQ(order,
            "site 1 > site 2 > route 1 > route 2 > handler "
            "< route 2 < route 1 < site 2 < site 1 ");
  order.clear();
  EXPECT_EQ(client.post("/", "").status, Status::MethodNotAllowed);
  EXPECT_EQ(order, "site 1 > site 2 > < site 2 < site 1 ");
}

TEST(LateRoutes, AreRefusedWithAReason) {
  Router site;
  site.get<"/">([] { return "hello"; });
  TestClient client(std::move(site));
  try {
    site.get<"/late">([] { return "late"; });  // NOLINT(bugprone-use-after-move)
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(),
                 "route '/late' comes too late: this router was moved, into run(), an App, a mount "
                 "or another Router. Enter everything before that");
  }
}

TEST(PathTo, IsCheckedWhenCompiled) {
  EXPECT_EQ(mastic::path_to<"/items/{id:int}">(7), "/items/7");
}
