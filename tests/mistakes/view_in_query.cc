// says: text of a query or form is std::string (not a view)
#include <mastic/mastic.h>

struct Paging {
  std::optional<std::string_view> filter;
};

void enter(mastic::Router& site) {
  site.get<"/notes">(
      [](mastic::Query<Paging> paging) { return std::string(paging->filter.value_or("")); });
}
