// Step 6 of the tutorial: a long list, page by page. Has only the route that this step changes.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "notes/notes.h"

namespace step_6 {

using mastic::FieldErrors;
using mastic::Query;
using mastic::Router;

struct Listing {
  std::string word;
  std::size_t page = 1;
  std::size_t size = 20;

  void validate(FieldErrors& errors) const {
    errors.require(page >= 1 && page <= 1000, "page", "must be from 1 to 1000");
    errors.require(size >= 1 && size <= 100, "size", "must be from 1 to 100");
  }
};

inline Router make_site() {
  Router site;
  auto& notes = site.own<Notes>();
  notes.add("milk", "two bottles");
  notes.add("tea", "green");
  notes.add("milk, again", "it was sour");

  site.get<"/notes">([&notes](Query<Listing> wanted) {
    return notes.list(wanted->word, (wanted->page - 1) * wanted->size, wanted->size);
  });
  return site;
}

}  // namespace step_6
