#include "site.h"

#include "page_fallback.h"
#include "todo_list.h"

using mastic::HttpError;
using mastic::Json;
using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::Status;

namespace {

HttpError no_item(int id) {
  return HttpError(Status::NotFound, "There is no item " + std::to_string(id) + ".");
}

Router make_api(TodoList& list) {
  Router api;
  api.get<"/items">([&list] { return list.all(); });
  api.post<"/items">([&list](Request& request, Json<ItemContent> content) {
    const Item item = list.add(*content);
    return Response::json(item, Status::Created).set("Location", request.url_for("item", item.id));
  });
  api.put<"/items/{id:int}">([&list](int id, Json<ItemContent> content) {
       const auto item = list.replace(id, *content);
       return item ? *item : throw no_item(id);
     })
      .name("item");
  api.del<"/items/{id:int}">([&list](int id) {
    if (!list.remove(id)) throw no_item(id);
    return Status::NoContent;
  });
  return api;
}

/// Lets pages load from this site only: no inline script, no other site, no frame.
struct ContentSecurityPolicy {
  void after(Request&, Response& response) const {
    if (response.fields.get("Content-Security-Policy")) return;  // error pages have their own
    response.set("Content-Security-Policy",
                 "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                 "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
  }
};

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  site.mount("/api", make_api(site.own<TodoList>()));
  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}))
      .use(PageFallback(public_dir + "/index.html"));
  site.use(ContentSecurityPolicy());
  return site;
}
