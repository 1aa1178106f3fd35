// The cookies of a TestClient, which keeps and sends them like a browser.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/http/fields.h"

namespace mastic::testing {

/// Keeps the cookies that answers set, and selects those to send with a request: the cookies for
/// its host and path that have not expired (RFC 6265 §5). It rejects the cookies that a browser
/// rejects: a domain that the host does not belong to, or that is a whole top-level domain; a
/// prefix such as `__Host-` whose rules are broken; more than 4096 bytes of name and value.
///
/// `Secure` cookies are sent with every request, as browsers do for localhost. `SameSite` has no
/// effect, because the client always is of the same site; nor has `HttpOnly`, because there are no
/// scripts.
class CookieJar {
 public:
  /// The part of a request that selects its cookies.
  struct Request {
    std::string_view authority;  ///< the host, with or without a port
    std::string_view target;     ///< the path, with or without a query
    base::WallTime now;          ///< the time of day
  };

  /// The value of the cookie `name` of any host and path, or nullopt. If there are several such
  /// cookies, returns the value of the one whose host and path were added last. An expired cookie
  /// is found until the next request. The view is valid until the jar changes.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// Sets a cookie for every path of every host, until an answer sets a cookie of that name. With
  /// this, a test can begin as a visitor who returns.
  void set(std::string_view name, std::string_view value);
  /// Removes all cookies, so that the next request comes from a new visitor.
  void clear() { cookies_.clear(); }
  /// Whether there are no cookies.
  [[nodiscard]] bool empty() const { return cookies_.empty(); }

  // For TestClient.

  /// Keeps the cookies of every Set-Cookie field in an answer to `request`.
  void take(http::FieldsView answer, const Request& request);
  /// Removes expired cookies and returns the value of the Cookie field for `request`; empty when no
  /// cookie belongs to it.
  [[nodiscard]] std::string field_for(const Request& request);

 private:
  struct Cookie {
    std::string name;
    std::string value;
    std::string domain;  ///< in lower case; empty for a cookie of every host
    std::string path = "/";
    bool host_only = false;  ///< sent to `domain` itself only, not to its subdomains
    std::optional<base::WallTime> expires;
  };
  [[nodiscard]] static std::optional<Cookie> parse(std::string_view field, const Request& request);
  void put(Cookie cookie);

  std::vector<Cookie> cookies_;  ///< in the order in which they were first set
};

}  // namespace mastic::testing
