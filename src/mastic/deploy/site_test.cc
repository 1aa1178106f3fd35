#include "mastic/deploy/site.h"

#include <gtest/gtest.h>

#include "mastic/base/system_files_testing.h"

namespace mastic::deploy {
namespace {

struct MapOptions {
  std::string inner;
  void describe(base::OptionTable& table) { table.text("/", inner, "APP", "What is at the root."); }
};
app::App make_map(const MapOptions& options, Build& build) {
  return build.app(options.inner, "/", build.part().origin);
}

std::string diagnostics_of(std::string text) {
  Factories factories;
  factories.add(app_factory("map", "One application.", make_map));
  base::SystemFilesKernel kernel({{"/site.ini", std::move(text)}});
  return make_site("config:/site.ini", factories, {}, kernel).diagnostics.to_string();
}

TEST(Site, MayNotContainItself) {
  EXPECT_EQ(diagnostics_of("[composite:main]\nuse = mastic#map\n/ = main\n"),
            "/site.ini:1: error: [composite:main] would contain itself\n");
}

TEST(Site, MayNotContainItselfWithinAPipeline) {
  EXPECT_EQ(diagnostics_of("[composite:main]\nuse = mastic#map\n/ = pipe\n"
                           "[pipeline:pipe]\npipeline = main\n"),
            "/site.ini:1: error: [composite:main] would contain itself\n");
}

}  // namespace
}  // namespace mastic::deploy
