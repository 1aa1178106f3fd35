#include "mastic/routing/router.h"

#include <ranges>
#include <stdexcept>
#include <utility>

#include "mastic/routing/route_table.h"

namespace mastic::routing {

Router::Router() : table_(std::make_unique<RouteTable>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

RouteTable& Router::table(std::string_view what, std::string_view name) const {
  if (table_) return *table_;
  std::string message(what);
  if (!name.empty()) message.append(" '").append(name).append("'");
  throw std::logic_error(
      message.append(" comes too late: this router was moved, into run(), an App, a mount or "
                     "another Router. Enter "
                     "everything before that"));
}

Router::Route Router::add(RouteMethod method, std::string_view pattern, App handler,
                          std::span<const PathMatcher> matchers) {
  RouteTable& into = table("route", pattern);
  if (const auto why = misfit(RoutePattern(pattern), matchers); !why.empty()) {
    throw std::invalid_argument("route '" + std::string(pattern) + "': " + std::string(why));
  }
  return {into, into.add(method, pattern, std::move(handler), matchers)};
}

Router::Route Router::add(RouteMethod method, std::string_view pattern, App handler) {
  RouteTable& into = table("route", pattern);
  return {into, into.add(method, pattern, std::move(handler), {})};
}

Router::Route Router::add_upgrade(std::string_view listed_as, std::string_view pattern, App handler,
                                  std::span<const PathMatcher> matchers) {
  Route route = add(http::Method::Get, pattern, std::move(handler), matchers);
  route.entry_.method_name = listed_as;
  return route;
}

Router::Route& Router::Route::name(std::string_view name) {
  table_.set_name(entry_, name);
  return *this;
}

Router::Route& Router::Route::use(Middleware middleware) {
  table_.add_layer(entry_, std::move(middleware));
  return *this;
}

std::vector<Router::RouteInfo> Router::routes() const {
  std::vector<RouteInfo> infos;
  for (const RouteEntry& entry : table("the list of routes").entries()) {
    infos.push_back({entry.method, entry.pattern, entry.name, entry.method_name});
  }
  return infos;
}

Router::Mount Router::mount(std::string_view prefix, App app) {
  RouteTable& into = table("mount", prefix);
  return {into, into.add_mount(prefix, std::move(app))};
}

Router::Mount Router::host(std::string_view name, App app) {
  RouteTable& into = table("host", name);
  return {into, into.add_host(name, std::move(app))};
}

Router::Mount& Router::Mount::use(Middleware middleware) {
  table_.add_layer(place_, std::move(middleware));
  return *this;
}

Router& Router::use(Middleware middleware) {
  (void)table("a middleware");
  layers_.push_back(std::move(middleware));
  return *this;
}

ErrorPages& Router::pages() { return table("an error page").pages(); }

namespace {

/// What an App calls: a copyable handle of the table.
class Routes {
 public:
  explicit Routes(std::shared_ptr<const RouteTable> table) : table_(std::move(table)) {}
  Task<Response> operator()(Request& request) const { return (*table_)(request); }
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                            std::string_view path) const {
    return table_->history_of(facts, path);
  }
  void list_routes(app::RouteList& list) const { table_->list_routes(list); }

 private:
  std::shared_ptr<const RouteTable> table_;
};

}  // namespace

App Router::build() && {
  lifecycle_.take(table("an App of it").complete());
  const std::shared_ptr<const RouteTable> table = std::move(table_);
  App app{Routes(table)};
  for (Middleware& layer : std::views::reverse(layers_)) app = layer(std::move(app));
  lifecycle_.take(app.take_lifecycle());
  // This goes around the middleware as well, which may ask for names and error pages too.
  if (table->lends_anything()) {
    app = App::around(std::move(app), [&](App inside) {
      return App([table, inner = std::move(inside)](Request& request) {
        return call_in_router(*table, inner, request);
      });
    });
  }
  app.add_lifecycle(std::move(lifecycle_));
  return app;
}

}  // namespace mastic::routing
