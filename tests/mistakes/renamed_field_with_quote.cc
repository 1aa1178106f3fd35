// says: a name in kRenamedFields is empty, or has a quote, a backslash or a control character
#include <mastic/mastic.h>

struct Shirt {
  int width;
  static constexpr mastic::RenamedField kRenamedFields[] = {{"width", "width in \""}};
};

std::string show(const Shirt& shirt) { return mastic::to_json(shirt); }
