// The code of plugins.md: compiled and run here, and quoted there.

#include <gtest/gtest.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>

#include <string>
#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/catalog/factories.h"
#include "mastic/deploy/site.h"

#include "plugins/no_index.h"

using mastic::App;
using mastic::Router;
using mastic::testing::TestClient;

namespace {

/// The site of a file in a folder like the one that the guide describes.
mastic::deploy::Site make_site_of(const std::string& file) {
  return mastic::deploy::make_site("config:" PLUGINS_DIR "/" + file, mastic::catalog::factories(),
                                   {}, mastic::base::system_kernel());
}

}  // namespace

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
  auto site = make_site_of("site.ini");
  ASSERT_EQ(site.diagnostics.to_string(), "");
  TestClient client(*std::move(site.app));
  EXPECT_EQ(client.get("/drafts/").field("X-Robots-Tag"), "noindex");
  EXPECT_EQ(client.get("/").field("X-Robots-Tag"), std::nullopt);
}

TEST(PluginsGuide, AWrongOptionIsReportedWithItsPlace) {
  const auto site = make_site_of("wrong.ini");
  EXPECT_NE(
      site.diagnostics.to_string().find("'below' is a path, such as /drafts, and not 'drafts'"),
      std::string::npos)
      << site.diagnostics.to_string();
}
