// The router: paths and methods to handlers.

#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/app/route_handler.h"
#include "mastic/app/route_tree.h"
#include "mastic/base/attributes.h"
#include "mastic/http/method.h"

namespace mastic::app {

/// Collects routes, and is an App when it is complete:
///
///     Router site;
///     site.get("/", [] { return "hello\n"; });
///     site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) { ... });
///     site.get("/old/{name}", [](Request& request) { return greet(request.value("name")); });
///     site.mount("/docs", static_files("public"));
///     return mastic::run(std::move(site), argc, argv);
///
/// Patterns are RoutePattern's; given as a template argument they are checked against the handler
/// when compiled. Which of several routes is taken: RouteTree. HEAD is answered by GET's handler, OPTIONS with the methods there are,
/// and a method that a path does not have with 405. A mistake in a pattern throws
/// std::invalid_argument at once, with the pattern and what is wrong with it.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  template <class F>
  Router& get(std::string_view pattern, F handler) {
    return on(http::Method::Get, pattern, std::move(handler));
  }
  template <PatternText Pattern, class F>
  Router& get(F handler) {
    return on<Pattern>(http::Method::Get, std::move(handler));
  }
  template <class F>
  Router& post(std::string_view pattern, F handler) {
    return on(http::Method::Post, pattern, std::move(handler));
  }
  template <PatternText Pattern, class F>
  Router& post(F handler) {
    return on<Pattern>(http::Method::Post, std::move(handler));
  }
  template <class F>
  Router& put(std::string_view pattern, F handler) {
    return on(http::Method::Put, pattern, std::move(handler));
  }
  template <PatternText Pattern, class F>
  Router& put(F handler) {
    return on<Pattern>(http::Method::Put, std::move(handler));
  }
  template <class F>
  Router& patch(std::string_view pattern, F handler) {
    return on(http::Method::Patch, pattern, std::move(handler));
  }
  template <PatternText Pattern, class F>
  Router& patch(F handler) {
    return on<Pattern>(http::Method::Patch, std::move(handler));
  }
  template <class F>
  Router& del(std::string_view pattern, F handler) {
    return on(http::Method::Delete, pattern, std::move(handler));
  }
  template <PatternText Pattern, class F>
  Router& del(F handler) {
    return on<Pattern>(http::Method::Delete, std::move(handler));
  }
  /// Throws std::invalid_argument when the handler's parameters do not fit the pattern's values.
  template <class F>
  Router& on(http::Method method, std::string_view pattern, F handler) {
    if constexpr (std::same_as<F, App> || AppBuilder<F> || Handler<F>) {
      return add(method, pattern, App(std::move(handler)));
    } else {
      using Typed = RouteHandler<F>;
      return add(method, pattern, App(Typed(std::move(handler))), Typed::kMatchers);
    }
  }
  /// The same, and what does not fit does not compile.
  template <PatternText Pattern, class F>
  Router& on(http::Method method, F handler) {
    detail::check_route<Pattern, F>();
    return on(method, Pattern.view(), std::move(handler));
  }

  /// One route, as `routes` lists it.
  struct RouteInfo {
    http::Method method;
    std::string pattern;
  };
  /// Every route of this router, in the order of entry; what is mounted is not looked into.
  [[nodiscard]] std::vector<RouteInfo> routes() const;

  /// A place where another application stands.
  class Mount {
   public:
    /// Puts a middleware around what is mounted here, inside those used before.
    Mount& use(Middleware middleware);

   private:
    friend class Router;
    explicit Mount(std::vector<Middleware>& layers) : layers_(layers) {}
    std::vector<Middleware>& layers_;
  };
  /// Gives `prefix` and every path below it to `app`, whatever the method. Routes of this router
  /// that match are preferred; among mounts the longest prefix is. `prefix` has no names; "/" or ""
  /// mounts at the root.
  Mount mount(std::string_view prefix, App app);

  /// Puts a middleware around everything of this router, inside those used before.
  Router& use(Middleware middleware);

  /// The application, with its middleware around it.
  [[nodiscard]] App build() &&;

 private:
  Router& add(http::Method method, std::string_view pattern, App handler);
  Router& add(http::Method method, std::string_view pattern, App handler,
              std::span<const PathMatcher> matchers);

  class Table;
  std::unique_ptr<Table> table_;
  std::vector<Middleware> layers_;
};

}  // namespace mastic::app
