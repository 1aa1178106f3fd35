// says: kRenamedFields names a field that the struct does not have
#include <mastic/mastic.h>

struct Shirt {
  std::string class_;
  static constexpr mastic::RenamedField kRenamedFields[] = {{"clas", "class"}};
};

void enter(mastic::Router& site) {
  site.post<"/shirts">([](mastic::Json<Shirt> shirt) { return *shirt; });
}
