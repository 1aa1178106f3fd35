// Step 3 of the tutorial: one note is read, replaced and deleted.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "notes/notes.h"

namespace step_3 {

using mastic::Json;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;

struct Draft {
  std::string title;
  std::string text;
};

inline Router make_site() {
  Router site;
  auto& notes = site.own<Notes>();

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
  return site;
}

}  // namespace step_3
