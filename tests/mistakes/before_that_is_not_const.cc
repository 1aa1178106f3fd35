// says: `before` has to be `std::optional<Response> before(Request&) const`
#include <mastic/mastic.h>

struct OnlyWithKey {
  std::optional<mastic::Response> before(mastic::Request& request) {
    if (request.field("X-Key")) return std::nullopt;
    return mastic::Response(mastic::Status::Forbidden);
  }
};

void enter(mastic::Router& site) { site.use(OnlyWithKey()); }
