// says: a handler's parameter is a Request&, a path value
#include <mastic/mastic.h>

struct Note {
  std::string text;
};

void enter(mastic::Router& site) {
  site.post<"/notes">([](Note note) { return note; });
}
