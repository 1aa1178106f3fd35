#include "notes.h"
#include "site.h"

using mastic::FieldErrors;
using mastic::HttpError;
using mastic::Json;
using mastic::Query;
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

struct Listing {
  std::string word;
  std::size_t page = 1;
  std::size_t size = 20;

  void validate(FieldErrors& errors) const {
    errors.require(page >= 1 && page <= 1000, "page", "must be from 1 to 1000");
    errors.require(size >= 1 && size <= 100, "size", "must be from 1 to 100");
  }
};

}  // namespace

Router make_site() {
  Router site;
  auto& notes = site.own<Notes>();

  site.get<"/">([] { return "Your notes are at /notes.\n"; });
  site.get<"/notes">([&notes](Query<Listing> wanted) {
    return notes.list(wanted->word, (wanted->page - 1) * wanted->size, wanted->size);
  });
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
