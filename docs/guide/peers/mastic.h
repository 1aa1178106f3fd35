// The items as a service, in Mastic. Its main is `return mastic::run(make_items(), argc, argv);`.

#pragma once

#include <mastic/mastic.h>

#include <string>

#include "items.h"

using mastic::FieldErrors;
using mastic::HttpError;
using mastic::Json;
using mastic::Response;
using mastic::Router;
using mastic::Status;

struct NewItem {
  std::string name;
  int count = 0;

  void validate(FieldErrors& errors) const {
    errors.require(!name.empty(), "name", "must not be empty");
    errors.require(count >= 0, "count", "must not be negative");
  }
};

inline Router make_items() {
  Router site;
  auto& items = site.own<Items>();

  site.get<"/items">([&items] { return items.list(); });
  site.get<"/items/{id:int}">([&items](int id) {
    const auto item = items.find(id);
    if (!item) throw HttpError(Status::NotFound, "There is no such item.");
    return *item;
  });
  site.post<"/items">([&items](Json<NewItem> wanted) {
    return Response::json(items.add(wanted->name, wanted->count), Status::Created);
  });
  site.del<"/items/{id:int}">(
      [&items](int id) { return items.remove(id) ? Status::NoContent : Status::NotFound; });
  return site;
}
