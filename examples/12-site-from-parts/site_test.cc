#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

using mastic::testing::TestClient;

// The site as it is served, from its file; only sockets are missing.
struct SiteFromParts : testing::Test {
  TestClient client{"config:" SITE_INI};
};

TEST_F(SiteFromParts, ServesFilesFirst) {
  const auto page = client.get("/");
  EXPECT_EQ(page.html().title(), "Teas");
  EXPECT_EQ(page.field("Cache-Control"), "max-age=60");
}

TEST_F(SiteFromParts, AsksThePluginForWhatIsNoFile) {
  EXPECT_EQ(client.get("/teas/assam").text, R"({"name":"assam","price":4,"currency":"EUR"})");
}

TEST_F(SiteFromParts, HasItsOwnPageForWhatIsMissing) {
  client.get("/teas/coffee").expect(404).expect_contains("No such tea");
}

TEST_F(SiteFromParts, PutsItsFieldsOnEveryAnswer) {
  for (const char* const path : {"/", "/teas", "/watch/", "/nothing"}) {
    EXPECT_EQ(client.get(path).field("X-Frame-Options"), "DENY") << path;
  }
}

// The thread watch answers to names of this machine only, and shows only a server that can be watched.
TEST_F(SiteFromParts, HasTheThreadWatchAtItsPlace) {
  EXPECT_EQ(client.get("/watch", {{"Host", "localhost"}}).field("Location"), "/watch/");
}
