// says: two fields have the same name: see kRenamedFields
#include <mastic/mastic.h>

struct Shirt {
  int width;
  int chest;
  static constexpr mastic::RenamedField kRenamedFields[] = {{"chest", "width"}};
};

std::string show(const Shirt& shirt) { return mastic::to_json(shirt); }
