// says: `validate` has to be `void validate(FieldErrors&) const`
#include <mastic/mastic.h>

struct Note {
  std::string text;
  bool validate() const { return !text.empty(); }
};

void enter(mastic::Router& site) {
  site.post<"/notes">([](mastic::Json<Note> note) { return note->text; });
}
