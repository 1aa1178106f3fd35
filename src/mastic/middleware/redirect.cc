#include "mastic/middleware/redirect.h"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/http/authority.h"
#include "mastic/http/syntax.h"

namespace mastic::middleware {
namespace {

using app::Request;
using app::Response;
using http::Status;

constexpr std::array kRedirects{Status::MovedPermanently, Status::Found, Status::SeeOther,
                                Status::TemporaryRedirect, Status::PermanentRedirect};

/// What follows the scheme of a URL, or nothing if `text` is no URL.
std::optional<std::string_view> after_scheme(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) return text.substr(scheme.size());
  }
  return std::nullopt;
}

/// Appends the rest of a path. Slashes that come together become one: after the path of this site,
/// two of them would begin the name of a host.
void append_path(std::string& target, std::string_view rest) {
  if (!rest.starts_with('/')) return;
  while (target.ends_with('/')) target.pop_back();
  target.append(rest.substr(std::min(rest.find_first_not_of('/'), rest.size()) - 1));
}

}  // namespace

void RedirectOptions::describe(base::OptionTable& table) {
  table.text(
      "to", to, "URL",
      "Where requests are sent: a path of this site such as '/docs', or a URL with its scheme.");
  table.choice("status", status, "(301|302|303|307|308)",
               {{"301", Status::MovedPermanently},
                {"302", Status::Found},
                {"303", Status::SeeOther},
                {"307", Status::TemporaryRedirect},
                {"308", Status::PermanentRedirect}},
               "The status of the answers: 307 and 308 make the client repeat its method and "
               "content, 303 asks by GET, 301 and 302 mostly do. Browsers remember 301 and 308, so "
               "choose these when the change is for good.");
  table.flag("keep_path", keep_path,
             "Append the rest of the path, below the place of this application.");
  table.flag("keep_query", keep_query, "Append the query.");
}

base::Result<void> RedirectOptions::check() const {
  if (to.empty()) return base::fail("to is missing: write where requests are sent, such as /docs");
  const auto rest = after_scheme(to);
  const bool has_host =
      rest && http::Authority::is_one(rest->substr(0, rest->find_first_of("/?#")));
  const bool is_place = rest ? has_host : app::is_local_target(to);
  if (!is_place || !http::is_field_value(to)) {
    return base::fail("to: '", to,
                      "' is neither a path such as /docs nor a URL such as "
                      "https://example.com/docs");
  }
  if (to.find_first_of("?#") != to.npos && (keep_path || keep_query)) {
    return base::fail("to: nothing can be appended to '", to,
                      "', which has a query or a fragment; set keep_path and keep_query to off");
  }
  if (std::ranges::find(kRedirects, status) == kRedirects.end()) {
    return base::fail("status: ", std::to_string(code(status)),
                      " is not one of 301, 302, 303, 307, 308");
  }
  return {};
}

app::App redirect(RedirectOptions options) {
  if (const auto fits = options.check(); !fits) {
    throw std::invalid_argument("redirect: " + fits.error().message);
  }
  return app::App([options = std::move(options)](Request& request) {
    std::string target = options.to;
    if (options.keep_path) append_path(target, request.path());
    if (options.keep_query && request.has_query()) target.append("?").append(request.query());
    return after_scheme(target) ? Response::redirect_to_other_site(target, options.status)
                                : Response::redirect(target, options.status);
  });
}

}  // namespace mastic::middleware
