// says: a field of a query or form, a header field or a cookie is text, bool, a number
#include <mastic/mastic.h>

struct Range {
  int from = 0;
  int to = 10;
};
struct Paging {
  Range range;
};

void enter(mastic::Router& site) {
  site.get<"/notes">([](mastic::Query<Paging> paging) { return paging->range; });
}
