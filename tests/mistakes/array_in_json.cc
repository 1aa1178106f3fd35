// says: the fields of a struct with a C array cannot be told apart: make it a std::array
#include <mastic/mastic.h>

struct Note {
  char text[80];
};

void enter(mastic::Router& site) {
  site.post<"/notes">([](mastic::Json<Note> note) { return *note; });
}
