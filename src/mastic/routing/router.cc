#include "mastic/routing/router.h"

#include <ranges>
#include <stdexcept>
#include <utility>

#include "mastic/routing/route_table.h"

namespace mastic::routing {

using http::Method;

Router::Router() : table_(std::make_unique<RouteTable>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Router::Route Router::add(Method method, std::string_view pattern, App handler,
                          std::span<const PathMatcher> matchers) {
  if (const auto why = misfit(RoutePattern(pattern), matchers); !why.empty()) {
    throw std::invalid_argument("route '" + std::string(pattern) + "': " + std::string(why));
  }
  return {*table_, table_->add(method, pattern, std::move(handler), matchers)};
}

Router::Route Router::add(Method method, std::string_view pattern, App handler) {
  return {*table_, table_->add(method, pattern, std::move(handler), {})};
}

Router::Route& Router::Route::name(std::string_view name) {
  table_.set_name(entry_, name);
  return *this;
}

Router::Route& Router::Route::use(Middleware middleware) {
  entry_.layers.push_back(std::move(middleware));
  return *this;
}

std::vector<Router::RouteInfo> Router::routes() const {
  std::vector<RouteInfo> infos;
  for (const RouteEntry& entry : table_->entries()) {
    infos.push_back({entry.method, entry.pattern, entry.name});
  }
  return infos;
}

Router::Mount Router::mount(std::string_view prefix, App app) {
  return Mount(table_->add_mount(prefix, std::move(app)).layers);
}

Router::Mount Router::host(std::string_view name, App app) {
  return Mount(table_->add_host(name, std::move(app)).layers);
}

Router::Mount& Router::Mount::use(Middleware middleware) {
  layers_.push_back(std::move(middleware));
  return *this;
}

Router& Router::use(Middleware middleware) {
  layers_.push_back(std::move(middleware));
  return *this;
}

ErrorPages& Router::pages() { return table_->pages(); }

namespace {

/// The table as what an App calls.
class Routes {
 public:
  explicit Routes(std::shared_ptr<const RouteTable> table) : table_(std::move(table)) {}
  Task<Response> operator()(Request& request) const { return (*table_)(request); }
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                            std::string_view path) const {
    return table_->history_of(facts, path);
  }

 private:
  std::shared_ptr<const RouteTable> table_;
};

}  // namespace

App Router::build() && {
  lifecycle_.take(table_->complete());
  const std::shared_ptr<const RouteTable> table = std::move(table_);
  App app{Routes(table)};
  for (Middleware& layer : std::views::reverse(layers_)) app = layer(std::move(app));
  lifecycle_.take(app.take_lifecycle());
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
