// A plugin that calls a function of Mastic that its program does not have.

#include <mastic/mastic.h>
#include <mastic/plugin.h>

#include <string>

namespace mastic::app {
[[nodiscard]] int future_function();
}

namespace {

mastic::App make_nothing() {
  return [] { return std::to_string(mastic::app::future_function()); };
}

}  // namespace

MASTIC_PLUGIN(app_factory("nothing", "Nothing.", make_nothing))
