// says: JSON knows bool, numbers, strings, enumerations, std::optional
#include <mastic/mastic.h>

struct Note {
  std::string text;
  std::chrono::seconds due{};
};

void enter(mastic::Router& site) {
  site.get<"/note">([] { return Note{"milk"}; });
}
