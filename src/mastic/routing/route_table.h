// What a router has collected, ready for look-ups: hosts, routes, mounts, names, error pages.

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/app/router_context.h"
#include "mastic/http/method.h"
#include "mastic/routing/error_pages.h"
#include "mastic/routing/route_method.h"
#include "mastic/routing/route_tree.h"

namespace mastic::routing {

using app::App;
using app::BlockingHistory;
using app::Lifecycle;
using app::Middleware;
using app::Problem;
using app::Request;
using app::RequestFacts;
using app::Response;
using app::RouterContext;
using app::Task;

/// A handler for one method and pattern.
struct RouteEntry {
  http::Method method;
  std::string method_name;  ///< "GET", "PURGE"; or what lists show in its place, such as "WS"
  std::string pattern;
  std::size_t route;  ///< its number in the tree, which entries with the same pattern share
  std::string name;
  App handler;
  std::vector<Middleware> layers;
};

/// An application at a mount, or for a host.
struct MountedPlace {
  std::string name;  ///< the prefix, or the host
  App app;
  std::vector<Middleware> layers;
};

/// The routes of a router. One thread fills the table and completes it; afterwards it is only read,
/// by any thread.
///
/// A request goes to the first of these that exists:
///
/// 1. the host that it names,
/// 2. the route that matches its path,
/// 3. the mount with the longest prefix of its path, except a mount at the root,
/// 4. a redirect to a route that has the method and whose path differs only by a slash at the end,
/// 5. the mount at the root.
class RouteTable final : public RouterContext {
 public:
  RouteTable() { own_history_.mark_quick(); }
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  using Place = MountedPlace;

  // The references that these functions return stay valid. The functions throw
  // std::invalid_argument for a mistake.
  RouteEntry& add(RouteMethod method, std::string_view pattern, App handler,
                  std::span<const PathMatcher> matchers);
  void set_name(RouteEntry& entry, std::string_view name);
  void add_layer(RouteEntry& entry, Middleware layer);
  void add_layer(Place& place, Middleware layer);
  Place& add_mount(std::string_view prefix, App app);
  Place& add_host(std::string_view name, App app);
  [[nodiscard]] ErrorPages& pages() { return pages_; }

  /// Puts middleware around handlers and applications, and returns the lifecycle of all of them.
  [[nodiscard]] Lifecycle complete();

  /// All routes, in the order in which they were added.
  [[nodiscard]] const std::deque<RouteEntry>& entries() const { return entries_; }
  /// Whether the router has names or error pages, so that a request has to know that it is in this
  /// router.
  [[nodiscard]] bool lends_anything() const { return !pages_.empty() || !names_.empty(); }
  /// Passes `request` to its handler or application, or answers it with a redirect or an error.
  [[nodiscard]] Task<Response> operator()(Request& request) const;
  /// The history of the route that a request for `path` leads to (App::history_of).
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts, std::string_view path) const;
  /// Adds the routes of the table, and those of its mounts and hosts, in the order of a look-up.
  void list_routes(app::RouteList& list) const;

  // RouterContext.
  [[nodiscard]] std::optional<Response> page(Request& request,
                                             const Problem& problem) const override {
    return pages_.page(request, problem);
  }
  [[nodiscard]] std::optional<Response> answer_exception(Request& request) const override {
    return pages_.answer_exception(request);
  }
  [[nodiscard]] std::optional<std::string> path_of(
      std::string_view name, std::span<const std::string> values) const override;

 private:
  static constexpr std::size_t kMethods = static_cast<std::size_t>(http::Method::Other);

  /// The handlers of one pattern.
  struct Route {
    std::array<const RouteEntry*, kMethods> entries{};
    std::vector<const RouteEntry*> extensions;  ///< for methods that Mastic does not know

    /// The entry for exactly this method, or null. `name` is used for extension methods only.
    [[nodiscard]] const RouteEntry* entry(http::Method method, std::string_view name) const;
    /// The handler for the method, or null. For HEAD this may be the handler of GET.
    [[nodiscard]] const App* handler(http::Method method, std::string_view name) const;
    /// The methods of the route, as the field Allow lists them.
    [[nodiscard]] std::string allowed() const;
  };

  [[nodiscard]] Task<Response> call(const RouteTree::Match& match, Request& request) const;
  // Out of line, so that they do not enlarge the stack frame of the path that most requests take.
  [[nodiscard, gnu::noinline]] Task<Response> refuse_method(const Route& route,
                                                            Request& request) const;
  [[nodiscard, gnu::noinline]] Task<Response> call_beside_routes(Request& request) const;
  [[nodiscard, gnu::noinline]] const Place* find_host(std::string_view named) const;
  [[nodiscard]] const Place* find_mount(std::string_view path) const;
  [[nodiscard]] std::optional<Response> redirect_by_slash(Request& request) const;

  RouteTree tree_;
  std::vector<Route> routes_;
  std::deque<RouteEntry> entries_;
  std::map<std::string, const RouteEntry*, std::less<>> names_;
  /// The methods that Mastic does not know but that some route has.
  std::set<std::string, std::less<>> extensions_;
  std::list<Place> mounts_;  ///< once complete: those with longer prefixes first
  std::list<Place> hosts_;   ///< once complete: whole names before patterns, longer ones first
  ErrorPages pages_;
  bool is_complete_ = false;
  mutable BlockingHistory own_history_;  ///< of answers that the table makes itself
};

/// Calls `app` with `request`. While `app` runs, the request knows that it is in `router`.
[[nodiscard]] Task<Response> call_in_router(const RouterContext& router, const App& app,
                                            Request& request);

}  // namespace mastic::routing
