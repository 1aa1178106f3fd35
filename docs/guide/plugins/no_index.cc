#include "no_index.h"

using mastic::Request;
using mastic::Response;

namespace {

struct NoIndex {
  std::string below;
  void after(Request& request, Response& response) const {
    if (request.path().starts_with(below)) response.set("X-Robots-Tag", "noindex");
  }
};

}  // namespace

mastic::Middleware make_no_index(const NoIndexOptions& options) { return NoIndex{options.below}; }
