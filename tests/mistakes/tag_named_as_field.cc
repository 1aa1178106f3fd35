// says: a field has the name of the member that holds the tag: see kJsonTag
#include <mastic/mastic.h>

struct Say {
  static constexpr mastic::JsonTag kJsonTag{"say"};
  std::string type;
};

std::string text_of(const Say& say) { return mastic::to_json(say); }
