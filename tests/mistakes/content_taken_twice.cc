// says: a handler takes the content of its request once: one Json, Form or Body
#include <mastic/mastic.h>

struct Note {
  std::string text;
};

void enter(mastic::Router& site) {
  site.post<"/note">([](mastic::Json<Note> note, mastic::Body) { return *note; });
}
