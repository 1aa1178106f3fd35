// The code of plugins.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "plugins/no_index.h"

using mastic::App;
using mastic::Router;
using mastic::testing::TestClient;

TEST(NoIndex, MarksWhatIsBelowItsPath) {
  const App pages = [] { return "tea\n"; };
  TestClient client(make_no_index({.below = "/drafts"})(pages));
  EXPECT_EQ(client.get("/drafts/oolong").field("X-Robots-Tag"), "noindex");
  EXPECT_EQ(client.get("/oolong").field("X-Robots-Tag"), std::nullopt);
}

TEST(PluginsGuide, AFilterIsUsedInARouterToo) {
  Router site;
  site.use(make_no_index({.below = "/drafts"}));
  site.get<"/drafts/{name}">([] { return "draft\n"; });
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/drafts/oolong").field("X-Robots-Tag"), "noindex");
}

TEST(PluginsGuide, AFilterIsUsedInAFile) {
  TestClient client("config:" PLUGINS_DIR "/site.ini");
  EXPECT_EQ(client.get("/drafts/").field("X-Robots-Tag"), "noindex");
  EXPECT_EQ(client.get("/").field("X-Robots-Tag"), std::nullopt);
}

TEST(PluginsGuide, AWrongOptionIsReportedWithItsPlace) {
  try {
    TestClient client("config:" PLUGINS_DIR "/wrong.ini");
    FAIL() << "it must not start";
  } catch (const std::runtime_error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("wrong.ini:8: error: "), message.npos) << message;
    EXPECT_NE(message.find("'below' is a path, such as /drafts, and not 'drafts'"), message.npos)
        << message;
  }
}
