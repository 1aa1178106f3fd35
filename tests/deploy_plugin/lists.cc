// A plugin whose list of factories is wrong in the way that the variable PLUGIN_LIST names.

#include <mastic/mastic.h>
#include <mastic/plugin.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace {

using mastic::app_factory;
using mastic::deploy::Factory;

mastic::App make_nothing() {
  return [] { return mastic::Status::NotFound; };
}

struct MuteOptions {
  void describe(mastic::OptionTable&) { throw std::runtime_error("nothing to say"); }
};
mastic::App make_mute(const MuteOptions&) { return make_nothing(); }

std::vector<Factory> chosen_list(std::string_view chosen) {
  const Factory tea = app_factory("tea", "Nothing.", make_nothing);
  if (chosen == "twice") return {tea, tea};
  if (chosen == "odd name") return {app_factory("green\ntea", "Nothing.", make_nothing)};
  if (chosen == "no name") return {app_factory("", "Nothing.", make_nothing)};
  if (chosen == "no maker") return {{tea.kind, tea.name, tea.meaning, tea.example, nullptr}};
  if (chosen == "mute") return {app_factory("mute", "Cannot be described.", make_mute)};
  return {};
}

const std::vector<Factory>& list() {
  static std::vector<Factory> made;
  const char* const chosen = std::getenv("PLUGIN_LIST");
  return made = chosen_list(chosen == nullptr ? "" : chosen);
}

}  // namespace

extern "C" {
[[gnu::visibility("default")]] extern const mastic::deploy::PluginTable mastic_plugin;
constinit const mastic::deploy::PluginTable mastic_plugin{mastic::deploy::this_build(), &list};
}
