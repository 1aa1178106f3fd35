#include "notes.h"
#include "site.h"

using mastic::FieldErrors;
using mastic::HttpError;
using mastic::Json;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;

namespace {

struct Draft {
  std::string title;
  std::string text;

  void validate(FieldErrors& errors) const {
    errors.require(!title.empty(), "title", "must not be empty");
    errors.require(title.size() <= 100, "title", "must be at most 100 bytes long");
  }
};

}  // namespace

Router make_site() {
  Router site;
  auto& notes = site.own<Notes>();

  site.get<"/">([] { return "Your notes are at /notes.\n"; });
  site.get<"/notes">([&notes] { return notes.list(); });
  site.post<"/notes">([&notes](Request& request, Json<Draft> draft) {
    const Note note = notes.add(draft->title, draft->text);
    const std::string url = request.url_for("note", note.id);
    return Response::json(note, Status::Created).set("Location", url);
  });
  site.get<"/notes/{id:int}">([&notes](int id) { return notes.get(id); }).name("note");
  site.put<"/notes/{id:int}">(
      [&notes](int id, Json<Draft> draft) { return notes.replace(id, draft->title, draft->text); });
  site.del<"/notes/{id:int}">([&notes](int id) {
    notes.remove(id);
    return Status::NoContent;
  });

  site.on_exception<NoSuchNote>([](const NoSuchNote& missing) -> Response {
    throw HttpError(Status::NotFound, missing.what());
  });
  return site;
}
