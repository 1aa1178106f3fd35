// The router: maps paths and methods to handlers.

#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/lifecycle.h"
#include "mastic/app/middleware.h"
#include "mastic/base/attributes.h"
#include "mastic/base/fixed_text.h"
#include "mastic/http/method.h"
#include "mastic/routing/error_pages.h"
#include "mastic/routing/route_handler.h"
#include "mastic/routing/route_method.h"
#include "mastic/routing/route_pattern.h"
#include "mastic/routing/upgrade_route.h"

namespace mastic::websocket {
class WebSocket;
}  // namespace mastic::websocket

namespace mastic::routing {

using app::Answer;
using app::App;
using app::Blocking;
using app::Lifecycle;
using app::Middleware;
using app::Problem;
using app::Request;
using app::Response;
using app::Task;

struct RouteEntry;
struct MountedPlace;
class RouteTable;

/// Collects routes, and becomes an App when it is complete:
///
///     Router site;
///     site.get("/", [] { return "hello\n"; });
///     site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) { ... });
///     site.get("/old/{name}", [](Request& request) { return greet(request.value("name")); });
///     site.mount("/docs", static_files("public"));
///     return site;
///
/// in a function `make_site`, for mastic::run(make_site, argc, argv).
///
/// Patterns are described at RoutePattern. A pattern that is a template argument is checked against
/// the handler at compile time. RouteTree says which of several routes is taken, and RouteTable in
/// which order hosts, routes and mounts are tried. HEAD is answered by the handler of GET, OPTIONS
/// with the methods of the path, and a method that the path does not have with 405. A path that
/// differs from a route only by a slash at its end is redirected to that route (308).
///
/// A mistake throws std::invalid_argument at once, with the pattern and what is wrong with it.
/// After the router has been moved into `run`, an App or a mount, adding anything throws
/// std::logic_error, because the addition would have no effect.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  /// A route that was added. The members give the route a name and middleware of its own. The
  /// router must outlive this object.
  class Route {
   public:
    /// Names the route, for Request::url_for. Throws when another route of this router has that
    /// name.
    Route& name(std::string_view name);
    /// Puts a middleware around this route's handler, inside the ones that were added before.
    Route& use(Middleware middleware);

   private:
    friend class Router;
    Route(RouteTable& table, RouteEntry& entry) : table_(table), entry_(entry) {}
    RouteTable& table_;
    RouteEntry& entry_;
  };

  /// Adds a route for GET, which answers HEAD too. `handler` is a function, or `blocking` and a
  /// function.
  template <class... F>
  Route get(std::string_view pattern, F... handler) {
    return on(http::Method::Get, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route get(F... handler) {
    return on<Pattern>(http::Method::Get, std::move(handler)...);
  }
  /// Adds a route for POST.
  template <class... F>
  Route post(std::string_view pattern, F... handler) {
    return on(http::Method::Post, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route post(F... handler) {
    return on<Pattern>(http::Method::Post, std::move(handler)...);
  }
  /// Adds a route for PUT.
  template <class... F>
  Route put(std::string_view pattern, F... handler) {
    return on(http::Method::Put, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route put(F... handler) {
    return on<Pattern>(http::Method::Put, std::move(handler)...);
  }
  /// Adds a route for PATCH.
  template <class... F>
  Route patch(std::string_view pattern, F... handler) {
    return on(http::Method::Patch, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route patch(F... handler) {
    return on<Pattern>(http::Method::Patch, std::move(handler)...);
  }
  /// Adds a route for DELETE.
  template <class... F>
  Route del(std::string_view pattern, F... handler) {
    return on(http::Method::Delete, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route del(F... handler) {
    return on<Pattern>(http::Method::Delete, std::move(handler)...);
  }
  /// Adds a route for any method: `on(Method::Head, ...)`, or `on("PURGE", ...)` for a method that
  /// Mastic does not know. Throws std::invalid_argument when the handler's parameters do not fit
  /// the pattern's values.
  template <class F>
  Route on(RouteMethod method, std::string_view pattern, F handler) {
    if constexpr (PlainHandler<F>) {
      return add(method, pattern, App(std::move(handler)));
    } else {
      using Typed = RouteHandler<F>;
      return add(method, pattern, App(Typed(std::move(handler))), Typed::kMatchers);
    }
  }
  /// Adds a route whose handler blocks: `site.get("/report", blocking, report)`.
  template <class F>
  Route on(RouteMethod method, std::string_view pattern, Blocking, F handler) {
    if constexpr (PlainHandler<F>) {
      return add(method, pattern, App(app::blocking, std::move(handler)));
    } else {
      using Typed = RouteHandler<F>;
      return add(method, pattern, App(app::blocking, Typed(std::move(handler))), Typed::kMatchers);
    }
  }
  /// Adds a route whose pattern is known at compile time: a handler that does not fit the pattern
  /// does not compile.
  template <base::FixedText Pattern, class F>
  Route on(RouteMethod method, F handler) {
    detail::check_route<Pattern, F>();
    return on(method, Pattern.view(), std::move(handler));
  }
  template <base::FixedText Pattern, class F>
  Route on(RouteMethod method, Blocking, F handler) {
    detail::check_route<Pattern, F>();
    return on(method, Pattern.view(), app::blocking, std::move(handler));
  }

  /// Adds a route of WebSockets. `handler` is a task that takes a WebSocket&, or a function that
  /// returns an object with event functions; both may also take path values and the like
  /// (websocket/route.h, which also has the members of the result).
  ///
  ///     site.websocket<"/echo">([](WebSocket& socket) -> Task<> {
  ///       while (auto message = co_await socket.receive()) co_await socket.send(*message);
  ///     });
  template <class F>
  auto websocket(std::string_view pattern, F handler) {
    return upgrade<mastic::websocket::WebSocket>(pattern, std::move(handler));
  }
  template <base::FixedText Pattern, class F>
  auto websocket(F handler) {
    return upgrade<mastic::websocket::WebSocket, Pattern>(std::move(handler));
  }
  /// Adds a route that changes the protocol of the connection. What its handlers look like is for
  /// the room of the protocol to say (UpgradeRoute).
  template <class Protocol, class F>
  auto upgrade(std::string_view pattern, F handler) {
    return UpgradeRoute<Protocol, F>::add(*this, pattern, std::move(handler));
  }
  template <class Protocol, base::FixedText Pattern, class F>
  auto upgrade(F handler) {
    UpgradeRoute<Protocol, F>::template check<Pattern>();
    return upgrade<Protocol>(Pattern.view(), std::move(handler));
  }
  /// Adds a route for GET whose handler answers with an upgrade. `listed_as`, a literal, stands in
  /// lists of routes in place of the method. For UpgradeRoute.
  Route add_upgrade(std::string_view listed_as, std::string_view pattern, App handler,
                    std::span<const PathMatcher> matchers);

  /// One route, as `routes` lists it.
  struct RouteInfo {
    http::Method method;      ///< Other for an extension method
    std::string pattern;      ///< as it was added
    std::string name;         ///< empty for a route without a name
    std::string method_name;  ///< such as "GET" or "PURGE"; "WS" for WebSockets
  };
  /// All routes of this router, in the order in which they were added. Routes of mounted
  /// applications are not included.
  [[nodiscard]] std::vector<RouteInfo> routes() const;

  /// An application that was mounted or added for a host. The member `use` gives it middleware of
  /// its own. The router must outlive this object.
  class Mount {
   public:
    /// Puts a middleware around the application, inside the ones that were added before.
    Mount& use(Middleware middleware);

   private:
    friend class Router;
    Mount(RouteTable& table, MountedPlace& place) : table_(table), place_(place) {}
    RouteTable& table_;
    MountedPlace& place_;
  };
  /// Passes requests for `prefix` and every path below it to `app`, whatever the method. `app` sees
  /// the path after the prefix. For a request to the prefix itself that path is empty; a router
  /// matches it with the pattern "". `prefix` has no names; "/" or "" mounts at the root.
  Mount mount(std::string_view prefix, App app);
  /// Passes every request for a host to `app`: "api.example.com", or "*.example.com" for all names
  /// below it. Whole names are preferred to patterns, and longer patterns to shorter ones.
  Mount host(std::string_view name, App app);

  /// Puts a middleware around the whole router, inside the ones that were added before.
  Router& use(Middleware middleware);

  /// Sets the page for errors with `status`, or for all statuses without a page of their own.
  /// `page` is called with (Request&, const Problem&) and returns an answer. If it returns an empty
  /// std::optional, the page of the router around this one is taken, and in the end the built-in
  /// page. The answer gets the status of the error, unless the page has set an error status itself.
  /// Routers below this one use the page too, unless they have their own.
  template <class F>
  Router& on_error(http::Status status, F page) {
    pages().set(status, as_page(std::move(page)));
    return *this;
  }
  template <class F>
  Router& on_error(F page) {
    pages().set(as_page(std::move(page)));
    return *this;
  }
  /// Answers exceptions of type E and types derived from it, except HttpError: `handler` is called
  /// with (Request&, const E&) or (const E&). The type that was added first is tried first. If its
  /// handler returns an empty std::optional, the next one that fits is tried.
  template <class E, class F>
  Router& on_exception(F handler) {
    pages().template set_for<E>(std::move(handler));
    return *this;
  }

  /// Makes a T that belongs to the application: its state. The T outlives all handlers and
  /// middleware. Objects are destroyed in reverse order.
  template <class T, class... Arguments>
  T& own(Arguments&&... arguments) {
    auto object = std::make_shared<T>(std::forward<Arguments>(arguments)...);
    T& state = *object;
    lifecycle("its state").own(std::move(object));
    return state;
  }
  /// Adds a hook that is called before the first request, on the thread that starts the server, in
  /// the order in which hooks were added. When a hook throws, the server does not start, and no
  /// stop hook is called.
  Router& on_start(Lifecycle::Hook hook) {
    lifecycle("a hook of the start").on_start(std::move(hook));
    return *this;
  }
  /// Adds a hook that is called after the last answer. Hooks are called in reverse order.
  Router& on_stop(Lifecycle::Hook hook) {
    lifecycle("a hook of the end").on_stop(std::move(hook));
    return *this;
  }
  /// Adds a task that starts with the server and runs alongside the requests. When the server
  /// stops, the awaits of the task throw Cancelled. Cancelled is not a std::exception, so it ends
  /// even a loop that catches every std::exception. Any other exception that leaves the task is
  /// logged under `name`.
  template <class F>
  Router& in_background(std::string name, F begin) {
    constexpr bool kBegins = std::is_invocable_r_v<Task<>, F&> && std::copy_constructible<F>;
    static_assert(
        kBegins,
        "a background task is begun by a function without parameters, which returns a Task<> "
        "and can be copied: `[]() -> Task<> { ... }`");
    if constexpr (kBegins) {
      lifecycle("a background task").in_background(std::move(name), std::move(begin));
    }
    return *this;
  }

  /// Returns a log for code without a request: hooks, background tasks, stores. The messages go to
  /// the server's log (app_log.h).
  [[nodiscard]] app::AppLog log(std::string_view logger = "app") {
    return lifecycle("a log").log(logger);
  }

  /// Makes the application, with the middleware around it.
  [[nodiscard]] App build() &&;

 private:
  Route add(RouteMethod method, std::string_view pattern, App handler);
  Route add(RouteMethod method, std::string_view pattern, App handler,
            std::span<const PathMatcher> matchers);
  [[nodiscard]] ErrorPages& pages();
  /// Returns the table, so that `what`, which may have a `name`, can be added to it. Throws
  /// std::logic_error with `what` and `name` in the message when the router was moved from.
  [[nodiscard]] RouteTable& table(std::string_view what, std::string_view name = {}) const;
  [[nodiscard]] Lifecycle& lifecycle(std::string_view what) {
    (void)table(what);
    return lifecycle_;
  }
  template <class F>
  static ErrorPages::Page as_page(F page) {
    constexpr bool kIsCalled = std::invocable<const F&, Request&, const Problem&>;
    static_assert(kIsCalled,
                  "an error page is called with (Request&, const Problem&), and is not `mutable`");
    if constexpr (kIsCalled) {
      using Result = std::remove_cvref_t<std::invoke_result_t<const F&, Request&, const Problem&>>;
      constexpr bool kStays = app::detail::shows_what_stays<Result>();
      constexpr bool kAnswers = Answer<Result>;
      static_assert(kAnswers || !kStays,
                    "an error page returns text, a Status, a Body, a Response, what becomes JSON, "
                    "or an std::optional<Response>, at once (no Task)");
      if constexpr (kAnswers) {
        return [page = std::move(page)](Request& request, const Problem& problem) {
          return detail::response_if_any(request, page(request, problem));
        };
      }
    }
    return {};
  }

  std::unique_ptr<RouteTable> table_;
  std::vector<Middleware> layers_;
  Lifecycle lifecycle_;
};

}  // namespace mastic::routing
