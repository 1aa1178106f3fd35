// says: the answer to an exception is made by a function of (Request&, const E&) or of (const E&)
#include <mastic/mastic.h>

struct SoldOut : std::exception {};

void enter(mastic::Router& site) {
  site.on_exception<std::exception>([](const SoldOut&) { return mastic::Status::Conflict; });
}
