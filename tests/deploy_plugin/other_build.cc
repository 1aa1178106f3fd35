// Plugins that say that they were built with something else: PLUGIN_FACT is a member of PluginBuild,
// PLUGIN_VALUE its value. No code of theirs may run.

#include <mastic/plugin.h>

#include <cstdlib>

namespace {

[[maybe_unused]] const int kRan = (std::abort(), 0);

constexpr mastic::deploy::PluginBuild other_build() {
  mastic::deploy::PluginBuild build = mastic::deploy::this_build();
  build.PLUGIN_FACT = PLUGIN_VALUE;
  return build;
}

const std::vector<mastic::deploy::Factory>& no_factories() { std::abort(); }

}  // namespace

extern "C" {
[[gnu::visibility("default")]] extern const mastic::deploy::PluginTable mastic_plugin;
constinit const mastic::deploy::PluginTable mastic_plugin{other_build(), &no_factories};
}
