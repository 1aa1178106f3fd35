#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include <chrono>
#include <stdexcept>

using mastic::Status;
using mastic::testing::TestClient;

TEST(StaticSite, ServesItsPages) {
  TestClient client(make_site(PUBLIC_DIR));
  const auto page = client.get("/");
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.html().title(), "Mastic");
  EXPECT_EQ(client.get("/style.css").field("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(client.get("/missing").status, Status::NotFound);
}

TEST(StaticSite, SendsNoSniffCacheControlAndETag) {
  TestClient client(make_site(PUBLIC_DIR));
  const auto page = client.get("/");
  EXPECT_EQ(page.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.field("Cache-Control"), "max-age=60");
  const auto again = client.get("/", {{"If-None-Match", *page.field("ETag")}});
  EXPECT_EQ(again.status, Status::NotModified);
}

TEST(StaticSite, TellsTheTime) {
  TestClient client(make_site(PUBLIC_DIR));
  client.set_time(std::chrono::sys_days(std::chrono::year(2028) / 2 / 29));
  EXPECT_EQ(client.get("/time").text, "2028-02-29T00:00:00Z\n");
}

TEST(StaticSite, ThrowsWithoutItsDirectory) {
  EXPECT_THROW(make_site("/no/such/place"), std::runtime_error);
}
