// The code of routing.md: compiled, run, and quoted from here.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

using mastic::Request;
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
  site.mount("/shop", make_shop());
  site.host("api.example.com", make_api());
  site.host("*.example.com", [] { return "some other host\n"; });
  return site;
}

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

TEST(PathTo, IsCheckedWhenCompiled) {
  EXPECT_EQ(mastic::path_to<"/items/{id:int}">(7), "/items/7");
}
