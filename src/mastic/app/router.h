// The router: paths and methods to handlers.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/app/route_tree.h"
#include "mastic/base/attributes.h"
#include "mastic/http/method.h"

namespace mastic::app {

/// Collects routes, and is an App when it is complete:
///
///     Router site;
///     site.get("/", [] { return "hello\n"; });
///     site.get("/hi/{name}", [](Request& request) { return greet(request.value("name")); });
///     site.mount("/docs", static_files("public"));
///     return mastic::run(std::move(site), argc, argv);
///
/// Patterns are RouteTree's. HEAD is answered by GET's handler, OPTIONS with the methods there are,
/// and a method that a path does not have with 405. A mistake in a pattern throws
/// std::invalid_argument at once, with the pattern and what is wrong with it.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  Router& get(std::string_view pattern, App handler) {
    return on(http::Method::Get, pattern, std::move(handler));
  }
  Router& post(std::string_view pattern, App handler) {
    return on(http::Method::Post, pattern, std::move(handler));
  }
  Router& put(std::string_view pattern, App handler) {
    return on(http::Method::Put, pattern, std::move(handler));
  }
  Router& patch(std::string_view pattern, App handler) {
    return on(http::Method::Patch, pattern, std::move(handler));
  }
  Router& del(std::string_view pattern, App handler) {
    return on(http::Method::Delete, pattern, std::move(handler));
  }
  Router& on(http::Method method, std::string_view pattern, App handler);

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
  class Table;
  std::unique_ptr<Table> table_;
  std::vector<Middleware> layers_;
};

}  // namespace mastic::app
