#include "notes.h"
#include "site.h"

using mastic::Json;
using mastic::Response;
using mastic::Router;
using mastic::Status;

namespace {

struct Draft {
  std::string title;
  std::string text;
};

}  // namespace

Router make_site() {
  Router site;
  auto& notes = site.own<Notes>();

  site.get<"/">([] { return "Your notes are at /notes.\n"; });
  site.get<"/notes">([&notes] { return notes.list(); });
  site.post<"/notes">([&notes](Json<Draft> draft) {
    const Note note = notes.add(draft->title, draft->text);
    return Response::json(note, Status::Created);
  });
  return site;
}
