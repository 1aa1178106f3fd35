// The router: paths and methods to handlers.

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

/// Collects routes, and is an App when it is complete:
///
///     Router site;
///     site.get("/", [] { return "hello\n"; });
///     site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) { ... });
///     site.get("/old/{name}", [](Request& request) { return greet(request.value("name")); });
///     site.mount("/docs", static_files("public"));
///     return site;
///
/// as the end of a function `make_site`, for mastic::run(make_site, argc, argv).
///
/// Patterns are RoutePattern's; given as a template argument they are checked against the handler
/// when compiled. Which of several routes is taken: RouteTree; in which order hosts, routes and
/// mounts are: RouteTable. HEAD is answered by GET's handler, OPTIONS with the methods there are,
/// and a method that a path does not have with 405. A path that is a route but for a slash at its
/// end is redirected to that (308). A mistake throws std::invalid_argument at once, with the
/// pattern and what is wrong with it. What comes too late, because the router was moved into `run`,
/// an App or a mount, throws std::logic_error: nobody would ever be served it.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  /// A route that was entered. Dies with the router.
  class Route {
   public:
    /// Names the route, for Request::url_for. Throws when another route of this router has that
    /// name.
    Route& name(std::string_view name);
    /// Puts a middleware around this route's handler, inside those used before.
    Route& use(Middleware middleware);

   private:
    friend class Router;
    Route(RouteTable& table, RouteEntry& entry) : table_(table), entry_(entry) {}
    RouteTable& table_;
    RouteEntry& entry_;
  };

  /// Enters a route for GET, which answers HEAD too. `handler` is a function, or `blocking` and a
  /// function.
  template <class... F>
  Route get(std::string_view pattern, F... handler) {
    return on(http::Method::Get, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route get(F... handler) {
    return on<Pattern>(http::Method::Get, std::move(handler)...);
  }
  /// Enters a route for POST.
  template <class... F>
  Route post(std::string_view pattern, F... handler) {
    return on(http::Method::Post, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route post(F... handler) {
    return on<Pattern>(http::Method::Post, std::move(handler)...);
  }
  /// Enters a route for PUT.
  template <class... F>
  Route put(std::string_view pattern, F... handler) {
    return on(http::Method::Put, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route put(F... handler) {
    return on<Pattern>(http::Method::Put, std::move(handler)...);
  }
  /// Enters a route for PATCH.
  template <class... F>
  Route patch(std::string_view pattern, F... handler) {
    return on(http::Method::Patch, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route patch(F... handler) {
    return on<Pattern>(http::Method::Patch, std::move(handler)...);
  }
  /// Enters a route for DELETE.
  template <class... F>
  Route del(std::string_view pattern, F... handler) {
    return on(http::Method::Delete, pattern, std::move(handler)...);
  }
  template <base::FixedText Pattern, class... F>
  Route del(F... handler) {
    return on<Pattern>(http::Method::Delete, std::move(handler)...);
  }
  /// Enters a route for any method: `on(Method::Head, ...)`, or `on("PURGE", ...)` for one that
  /// Mastic has no name for. Throws std::invalid_argument when the handler's parameters do not fit
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
  /// Enters a route whose handler blocks: `site.get("/report", blocking, report)`.
  template <class F>
  Route on(RouteMethod method, std::string_view pattern, Blocking, F handler) {
    if constexpr (PlainHandler<F>) {
      return add(method, pattern, App(app::blocking, std::move(handler)));
    } else {
      using Typed = RouteHandler<F>;
      return add(method, pattern, App(app::blocking, Typed(std::move(handler))), Typed::kMatchers);
    }
  }
  /// Enters a route whose pattern is known when compiled: a handler that does not fit it does not
  /// compile.
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

  /// One route, as `routes` lists it.
  struct RouteInfo {
    http::Method method;      ///< Other for an extension
    std::string pattern;      ///< as it was entered
    std::string name;         ///< empty for one without
    std::string method_name;  ///< "GET", "PURGE"
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
    Mount(RouteTable& table, MountedPlace& place) : table_(table), place_(place) {}
    RouteTable& table_;
    MountedPlace& place_;
  };
  /// Gives `prefix` and every path below it to `app`, whatever the method. `app` sees the path
  /// below it, which is empty right at the prefix: the pattern "" of a router there. `prefix` has
  /// no names; "/" or "" mounts at the root.
  Mount mount(std::string_view prefix, App app);
  /// Gives every request for a host to `app`: "api.example.com", or "*.example.com" for all below
  /// it. Whole names are preferred to patterns, and longer patterns to shorter ones.
  Mount host(std::string_view name, App app);

  /// Puts a middleware around everything of this router, inside those used before.
  Router& use(Middleware middleware);

  /// The page for errors of `status`, or of any status without one: called with (Request&, const
  /// Problem&), returns an answer, or a std::optional that is empty where the page of
  /// the router around it is to be taken, in the end the built-in one. Its status is the error's
  /// unless it is an error itself. Routers below this one use it too, unless they have their own.
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
  /// The answer to exceptions of type E and those derived from it, HttpError left out: `handler` is
  /// called with (Request&, const E&) or (const E&). The type entered first is tried first. Where
  /// it returns an empty std::optional, the next one that fits is tried.
  template <class E, class F>
  Router& on_exception(F handler) {
    pages().template set_for<E>(std::move(handler));
    return *this;
  }

  /// Makes a T that lives as long as the application, longer than its handlers and middleware: its
  /// state. The one made last goes first.
  template <class T, class... Arguments>
  T& own(Arguments&&... arguments) {
    auto object = std::make_shared<T>(std::forward<Arguments>(arguments)...);
    T& state = *object;
    lifecycle("its state").own(std::move(object));
    return state;
  }
  /// Called before the first request, in the order of entry, by the thread that starts the server.
  /// What it throws keeps the server from starting; then no hook of the end is called.
  Router& on_start(Lifecycle::Hook hook) {
    lifecycle("a hook of the start").on_start(std::move(hook));
    return *this;
  }
  /// Called after the last answer, in reverse order.
  Router& on_stop(Lifecycle::Hook hook) {
    lifecycle("a hook of the end").on_stop(std::move(hook));
    return *this;
  }
  /// A task that runs beside the requests, from the start on. When the server stops its awaits
  /// throw Cancelled, which is no std::exception, so that a loop which survives its errors does not
  /// survive that; what else it throws is logged under `name`.
  template <class F>
  Router& in_background(std::string name, F begin) {
    constexpr bool kBegins = std::is_invocable_r_v<Task<>, F&> && std::copy_constructible<F>;
    static_assert(kBegins,
                  "what runs in the background is a function that takes nothing, returns a Task<> "
                  "and can be copied: `[]() -> Task<> { ... }`");
    if constexpr (kBegins) {
      lifecycle("a background task").in_background(std::move(name), std::move(begin));
    }
    return *this;
  }

  /// A log for what runs without a request: hooks, background tasks, stores. It goes where the
  /// server's log goes (app_log.h).
  [[nodiscard]] app::AppLog log(std::string_view logger = "app") {
    return lifecycle("a log").log(logger);
  }

  /// The application, with its middleware around it.
  [[nodiscard]] App build() &&;

 private:
  Route add(RouteMethod method, std::string_view pattern, App handler);
  Route add(RouteMethod method, std::string_view pattern, App handler,
            std::span<const PathMatcher> matchers);
  [[nodiscard]] ErrorPages& pages();
  /// What `what`, with `name` if it has one, is entered into. Throws std::logic_error when the
  /// router was moved from.
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
