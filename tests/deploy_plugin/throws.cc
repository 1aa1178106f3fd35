// A plugin that throws while it is loaded, or when it is asked for its factories.

#include <mastic/mastic.h>
#include <mastic/plugin.h>

#include <stdexcept>
#include <string>

namespace {

[[maybe_unused]] std::string read_password() { throw std::runtime_error("there is no password"); }

#ifdef PLUGIN_THROWS_AT_LOAD
const std::string password = read_password();
#endif

mastic::App make_nothing() {
  return [] { return mastic::Status::NotFound; };
}

}  // namespace

#ifdef PLUGIN_THROWS_AT_LOAD
MASTIC_PLUGIN(app_factory("nothing", password, make_nothing))
#else
MASTIC_PLUGIN(app_factory("nothing", read_password(), make_nothing))
#endif
