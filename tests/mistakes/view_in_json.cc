// says: JSON is read as bool, numbers, std::string (not a view), enumerations, std::optional,
#include <mastic/mastic.h>

struct Note {
  std::string_view text;
};

void enter(mastic::Router& site) {
  site.post<"/notes">([](mastic::Json<Note> note) { return std::string(note->text); });
}
