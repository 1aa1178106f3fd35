// Step 5 of the tutorial: a draft checks its fields. Has only the routes that this step changes.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "notes/notes.h"

namespace step_5 {

using mastic::FieldErrors;
using mastic::Json;
using mastic::Response;
using mastic::Router;
using mastic::Status;

struct Draft {
  std::string title;
  std::string text;

  void validate(FieldErrors& errors) const {
    errors.require(!title.empty(), "title", "must not be empty");
    errors.require(title.size() <= 100, "title", "must be at most 100 bytes long");
  }
};

inline Router make_site() {
  Router site;
  auto& notes = site.own<Notes>();

  site.post<"/notes">([&notes](Json<Draft> draft) {
    const Note note = notes.add(draft->title, draft->text);
    return Response::json(note, Status::Created);
  });
  return site;
}

}  // namespace step_5
