#include "mastic/app/route_state.h"

#include <string>

namespace mastic::app {

std::string_view RouteState::join_route(std::string_view path, base::Arena& memory) {
  if (const std::size_t mounts = std::exchange(pattern_begins_at_, 0); mounts > 0) {
    pattern_ = memory.copy(std::string(path.substr(0, mounts)).append(pattern_));
  }
  return pattern_;
}

}  // namespace mastic::app
