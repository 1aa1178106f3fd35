// The routes of an application, for people to look at: `mastic routes` prints them.
//
//     RouteList list;
//     list.add_below("", "", site);
//     for (const ListedRoute& route : list.routes()) ...
//
// An application lists its routes when its callable has `void list_routes(RouteList&) const`, as
// routers, maps and static trees have. Middleware lists those of the application inside it. Listing
// takes no part in answering requests.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/origin.h"

namespace mastic::app {

class App;

/// What a configuration file says of an application: what it is made by, and where it was put to its
/// place.
struct AppLabel {
  std::string factory;  ///< "mastic#static"
  std::string section;  ///< "app:docs"; empty for an application without a section
  base::Origin origin;  ///< the line that puts it there: `/docs = docs`
};

/// A route that an application answers.
struct ListedRoute {
  std::string method;        ///< "GET"; empty for any method
  std::string host;          ///< "example.com:8080" or "*.example.com"; empty for any host
  std::string path;          ///< the whole pattern: "/docs/{page}"; "/docs/..." for all below it
  std::string name;          ///< the name of the route; empty for none
  std::string meaning;       ///< what answers: "files of public"; empty for a handler
  bool is_blocking = false;  ///< whether the handler was declared to block
  std::optional<AppLabel> made_by;  ///< the innermost part of a configuration around it, if any
};

/// Collects the routes of an application and of all that it passes requests to.
class RouteList {
 public:
  /// Adds a route. Its path and host are those that the application itself sees; they are completed
  /// by the places where the application is mounted.
  void add(ListedRoute route);
  /// Adds a route that `handler` answers, which says whether it blocks.
  void add(ListedRoute route, const App& handler);
  /// Adds the routes of `app`, which is mounted at `prefix` and for `host`; either may be empty.
  void add_below(std::string_view host, std::string_view prefix, const App& app);

  /// The routes, in the order in which they are tried, as far as an application has an order.
  [[nodiscard]] const std::vector<ListedRoute>& routes() const MASTIC_LIFETIMEBOUND {
    return routes_;
  }

 private:
  friend class App;

  std::vector<ListedRoute> routes_;
  // Where the application is that adds routes just now.
  std::string host_;
  std::string prefix_;
  const AppLabel* label_ = nullptr;  ///< the innermost one so far
  /// An App::Watch for every application that is listed (App::watch), or null.
  const void* watch_ = nullptr;
};

}  // namespace mastic::app
