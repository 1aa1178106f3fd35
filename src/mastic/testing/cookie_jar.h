// The cookies of a TestClient, kept and sent as a browser would.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/http/fields.h"

namespace mastic::testing {

/// Keeps the cookies that answers set and says which of them go with a request: those of its host
/// and path that have not expired (RFC 6265 §5). What a browser would refuse is not kept: a domain
/// that the host does not belong to, a prefix whose rules are broken.
///
/// There is no network here, so `Secure` cookies go everywhere, as browsers send them to localhost;
/// and the client is always of the same site, so `SameSite` keeps nothing back. Scripts are not run.
class CookieJar {
 public:
  /// Where a request goes and when.
  struct Request {
    std::string_view authority;  ///< the host, and perhaps a port
    std::string_view target;     ///< the path, and perhaps a query
    base::WallTime now;          ///< the time of day there
  };

  /// The value of the cookie called `name`, whichever host and path it is for; of several the one
  /// whose host or path came last. Nothing when there is none. One that has expired is here until the next request.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// Keeps a cookie for every path of every host until it is set otherwise: to begin a test as
  /// somebody who was here before.
  void set(std::string_view name, std::string_view value);
  /// Forgets all of them: another visitor, who is new here.
  void clear() { cookies_.clear(); }
  /// Whether it keeps no cookie.
  [[nodiscard]] bool empty() const { return cookies_.empty(); }

  // For the client.

  /// Takes every Set-Cookie of an answer to `request`.
  void take(http::FieldsView answer, const Request& request);
  /// The value of the Cookie field for `request`; empty when no cookie goes with it. Forgets what has
  /// expired.
  [[nodiscard]] std::string field_for(const Request& request);

 private:
  struct Cookie {
    std::string name;
    std::string value;
    std::string domain;  ///< in lower case; empty for every host
    std::string path = "/";
    bool host_only = false;  ///< only for `domain`, not for names below it
    std::optional<base::WallTime> expires;
  };
  [[nodiscard]] static std::optional<Cookie> parse(std::string_view field, const Request& request);
  void put(Cookie cookie);

  std::vector<Cookie> cookies_;  ///< in the order in which they were first set
};

}  // namespace mastic::testing
