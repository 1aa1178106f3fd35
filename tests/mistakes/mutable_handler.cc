// says: a handler must not be `mutable`: several threads call it at once
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.get<"/count">([count = 0]() mutable { return std::to_string(++count); });
}
