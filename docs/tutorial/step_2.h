// Step 2 of the tutorial: notes are written and listed.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "notes/notes.h"

namespace step_2 {

using mastic::Json;
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
  site.post<"/notes">([&notes](Json<Draft> draft) {
    const Note note = notes.add(draft->title, draft->text);
    return Response::json(note, Status::Created);
  });
  return site;
}

}  // namespace step_2
