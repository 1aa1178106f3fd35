// says: two alternatives of a variant have the same kJsonTag
#include <mastic/mastic.h>

struct Say {
  static constexpr mastic::JsonTag kJsonTag{"say"};
  std::string text;
};
struct Shout {
  static constexpr mastic::JsonTag kJsonTag{"say"};
  std::string text;
};

void enter(mastic::Router& site) {
  site.post<"/messages">([](mastic::Json<std::variant<Say, Shout>>) { return "said\n"; });
}
