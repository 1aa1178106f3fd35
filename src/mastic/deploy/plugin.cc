#include "mastic/deploy/plugin.h"

namespace mastic::deploy {

base::Result<std::span<const Factory>> load_plugin(const std::string& path, base::Kernel&) {
  return base::fail(path, ": plugins cannot be loaded yet");
}

}  // namespace mastic::deploy
