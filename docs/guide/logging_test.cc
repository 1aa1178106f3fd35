// The code of logging.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;
using mastic::testing::TestClient;

namespace {

Router make_shop() {
  Router site;
  site.post<"/orders/{count:int}">([](Request& request, int count) {
    request.log().info("ordered ", count, " pieces");
    if (count > 100) request.log("stock").warning("not so many in stock: ", count);
    return Status::NoContent;
  });
  site.get("/forward", [](Request& request) {
    return Response(Status::NoContent).set("traceparent", request.traceparent());
  });
  return site;
}

}  // namespace

TEST(Logging, MessagesNameTheirRequest) {
  TestClient client(make_shop());
  client.post("/orders/250", "");
  ASSERT_EQ(client.log().size(), 2u);
  EXPECT_TRUE(client.log()[0].starts_with("info app: ordered 250 pieces  id="));
  EXPECT_TRUE(client.log()[0].ends_with(" route=/orders/{count:int} client=unix"));
  EXPECT_TRUE(client.log()[1].starts_with("warning stock: not so many in stock: 250  id="));
}

TEST(Logging, PassesTracesOn) {
  TestClient client(make_shop());
  const auto answer = client.get(
      "/forward", {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
  const std::string passed_on(answer.field("traceparent").value_or(""));
  EXPECT_TRUE(passed_on.starts_with("00-0af7651916cd43dd8448eb211c80319c-")) << passed_on;
  EXPECT_TRUE(passed_on.ends_with("-01")) << passed_on;
  EXPECT_EQ(passed_on.find("b7ad6b7169203331"), passed_on.npos) << passed_on;
}
