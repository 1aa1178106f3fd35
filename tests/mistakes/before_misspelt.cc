// says: a middleware is called with (App) or (Request&, Next), or has the members
#include <mastic/mastic.h>

struct OnlyWithKey {
  std::optional<mastic::Response> befor(mastic::Request& request) const {
    if (request.field("X-Key")) return std::nullopt;
    return mastic::Response(mastic::Status::Forbidden);
  }
};

void enter(mastic::Router& site) { site.use(OnlyWithKey()); }
