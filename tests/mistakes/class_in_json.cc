// says: Json, Query and Form hold a plain struct: public fields, no constructors
#include <mastic/mastic.h>

class Note {
 public:
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void enter(mastic::Router& site) {
  site.post<"/notes">([](mastic::Json<Note> note) { return note->text(); });
}
