// says: an exception is answered with text, a Status, a Body, a Response or what becomes JSON
#include <mastic/mastic.h>

struct SoldOut : std::exception {};

void enter(mastic::Router& site) {
  site.on_exception<SoldOut>([](const SoldOut& error) { std::puts(error.what()); });
}
