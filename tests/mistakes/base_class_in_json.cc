// says: the fields of a struct with a base class cannot be told apart: make the base a field
#include <mastic/mastic.h>

struct Dated {
  int year;
};
struct Note : Dated {
  std::string text;
};

void enter(mastic::Router& site) {
  site.post<"/notes">([](mastic::Json<Note> note) { return note->text; });
}
