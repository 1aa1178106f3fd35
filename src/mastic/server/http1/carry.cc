#include "mastic/server/http1/carry.h"

#include <utility>

namespace mastic::server {

void Carry::append(std::string_view bytes) {
  bytes_.erase(0, std::exchange(begin_, 0));
  bytes_ += bytes;
}

void Carry::free() { *this = {}; }

}  // namespace mastic::server
