// What a router has collected, as it is looked up: hosts, routes, mounts, names, error pages.

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

struct RouteEntry {
  http::Method method;
  std::string method_name;
  std::string pattern;
  std::size_t route;  ///< in the tree; patterns that take the same paths share it
  std::string name;
  App handler;
  std::vector<Middleware> layers;
};

/// A mount, or a host.
struct MountedPlace {
  std::string name;  ///< the prefix, or the host
  App app;
  std::vector<Middleware> layers;
};

/// Filled by one thread, then completed, then only read.
///
/// A request goes to the host that it names, else to the route that matches, else to the mount with
/// the longest prefix. Where there is none of these but a route whose path differs in nothing but a
/// slash at its end, and that has the method, the client is sent there; a mount at the root comes
/// after that.
class RouteTable final : public RouterContext {
 public:
  RouteTable() { own_history_.mark_quick(); }
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  using Place = MountedPlace;

  // What is entered stays where it is. A mistake throws std::invalid_argument.
  RouteEntry& add(RouteMethod method, std::string_view pattern, App handler,
                  std::span<const PathMatcher> matchers);
  void set_name(RouteEntry& entry, std::string_view name);
  void add_layer(RouteEntry& entry, Middleware layer);
  void add_layer(Place& place, Middleware layer);
  Place& add_mount(std::string_view prefix, App app);
  Place& add_host(std::string_view name, App app);
  [[nodiscard]] ErrorPages& pages() { return pages_; }

  /// Puts middleware around what it is for, and hands out what is to be started and stopped with
  /// it.
  [[nodiscard]] Lifecycle complete();

  [[nodiscard]] const std::deque<RouteEntry>& entries() const { return entries_; }
  /// Whether requests have to know that they are in it: it has names or error pages.
  [[nodiscard]] bool lends_anything() const { return !pages_.empty() || !names_.empty(); }
  [[nodiscard]] Task<Response> operator()(Request& request) const;
  /// How that fares which answers requests for `path`, as App::history_of has it.
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts, std::string_view path) const;

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

    /// The entry for that very method. The name counts for an extension only.
    [[nodiscard]] const RouteEntry* entry(http::Method method, std::string_view name) const;
    /// The handler for it: that of GET may stand in for HEAD.
    [[nodiscard]] const App* handler(http::Method method, std::string_view name) const;
    [[nodiscard]] std::string allowed() const;
  };

  [[nodiscard]] Task<Response> call(const RouteTree::Match& match, Request& request) const;
  // Out of line, so that what most requests take makes no room for the others.
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
  std::set<std::string, std::less<>>
      extensions_;           ///< methods that some route has and Mastic does not know
  std::list<Place> mounts_;  ///< once complete: those with longer prefixes first
  std::list<Place> hosts_;   ///< once complete: whole names before patterns, longer ones first
  ErrorPages pages_;
  bool is_complete_ = false;
  mutable BlockingHistory own_history_;  ///< of what it answers itself
};

/// Calls `app` with `request` inside of `router`.
[[nodiscard]] Task<Response> call_in_router(const RouterContext& router, const App& app,
                                            Request& request);

}  // namespace mastic::routing
