#include "site.h"

using mastic::HttpError;
using mastic::Json;
using mastic::Query;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;

namespace {

HttpError no_tea(int id) {
  return HttpError(Status::NotFound, "There is no tea " + std::to_string(id) + ".");
}

Tea there(std::optional<Tea> tea, int id) { return tea ? *std::move(tea) : throw no_tea(id); }

Response name_taken(Request& request, const NameTaken& error) {
  return mastic::app::error_response(request, Status::Conflict, error.what());
}

Response busy(Request& request, const sqlite::Busy&) {
  return mastic::app::error_response(request, Status::ServiceUnavailable, "The shop is crowded.")
      .set(mastic::RetryAfter{std::chrono::seconds(1)});
}

}  // namespace

Router make_site(const Store::Options& options) {
  Router site;
  Store& store = site.own<Store>(options);

  site.get<"/teas">([&store](Query<TeaQuery> query) { return store.list(*query); });
  site.post<"/teas">([&store](Request& request, Json<NewTea> tea) {
    const Tea added = store.add(*tea);
    return Response::json(added, Status::Created).set("Location", request.url_for("tea", added.id));
  });
  site.get<"/teas/{id:int}">([&store](int id) { return there(store.find(id), id); }).name("tea");
  site.put<"/teas/{id:int}">(
      [&store](int id, Json<NewTea> tea) { return there(store.replace(id, *tea), id); });
  site.patch<"/teas/{id:int}">(
      [&store](int id, Json<TeaChanges> changes) { return there(store.change(id, *changes), id); });
  site.del<"/teas/{id:int}">([&store](int id) {
    if (!store.remove(id)) throw no_tea(id);
    return Status::NoContent;
  });

  site.on_exception<NameTaken>(name_taken);
  site.on_exception<sqlite::Busy>(busy);  // other errors of the database are a 500 by themselves
  return site;
}
