// says: a handler must not return a std::string_view, because its text may be gone by then
#include <mastic/mastic.h>

struct Note {
  std::string text;
};

void enter(mastic::Router& site) {
  site.post<"/first">([](mastic::Json<Note> note) -> mastic::Task<std::optional<std::string_view>> {
    if (note->text.empty()) co_return std::nullopt;
    co_return std::string_view(note->text).substr(0, 1);
  });
}
