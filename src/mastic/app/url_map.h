// Applications by host and prefix of the path.
//
//     App make_sites() {
//       return UrlMap({{"/", make_shop()},
//                      {"/docs", static_files("public/docs")},
//                      {"api.example.com/v1", make_api()}});
//     }
//
// A Router has mounts too, beside its routes. A UrlMap has nothing else, may combine a host with a
// prefix, and needs no types of its applications: it is what a configuration file makes.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mastic/app/app.h"

namespace mastic::app {

/// Builds an application that passes each request on by its host and the beginning of its path.
///
/// A place is a prefix of the path, a host, or a host with a prefix: "/docs", "example.com",
/// "*.example.com/docs", "example.com:8080/docs". A request goes to the first place that fits:
///
/// 1. Places with a host come before places without one: whole names before patterns, longer
///    patterns before shorter ones, a host with a port before the same host without a port.
/// 2. Then the longest prefix comes first. A prefix takes whole segments: "/f" does not take
///    "/foo".
///
/// Hosts are compared without regard to case. A place without a port takes every port. A place with
/// a port also takes a request that names no port, if the port is the usual one (80, or 443 over
/// TLS). If no place with the request's host fits, the places without a host are tried.
///
/// As with Router::mount, `request.path()` begins after the prefix while the application runs, and
/// is empty right at it; `request.mount_path()` ends with the prefix. Hooks, background tasks and
/// state of the applications belong to the whole. A request that no place takes is answered with
/// 404, by the error page of a router around the map if it has one. The answer lists no places.
class UrlMap {
 public:
  /// An application, and where it is.
  struct Place {
    std::string place;  ///< a prefix, a host, or both: "/docs", "example.com/docs"
    App app;            ///< answers what comes there
  };

  /// Takes the applications. Throws std::invalid_argument, with the place and what is wrong, for a
  /// place that cannot be read or exists twice.
  explicit UrlMap(std::vector<Place> places);
  /// `otherwise` answers requests that no place takes, in place of 404. It sees the whole path.
  UrlMap(std::vector<Place> places, App otherwise);

  /// Makes the application.
  [[nodiscard]] App build() && { return std::move(app_); }

 private:
  App app_;
};

}  // namespace mastic::app
