// Redirect: an application that sends every request to another place.
//
//     site.mount("/blog", redirect({.to = "https://blog.example.com"}));
//
// /blog/2024/tea?page=2 leads to https://blog.example.com/2024/tea?page=2.

#pragma once

#include <string>

#include "mastic/app/app.h"
#include "mastic/base/options.h"
#include "mastic/http/status.h"

namespace mastic::middleware {

/// The settings of a redirect.
struct RedirectOptions {
  /// Where requests are sent: a path of this site such as `/docs`, or a URL with its scheme.
  std::string to;
  /// The status of the answers: 307 and 308 make the client repeat its method and content, 303 asks
  /// by GET, 301 and 302 mostly do. Browsers remember 301 and 308, so choose these when the change
  /// is for good.
  http::Status status = http::Status::TemporaryRedirect;
  /// Append the rest of the path, below the place of this application.
  bool keep_path = true;
  /// Append the query.
  bool keep_query = true;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const;
};

/// Makes an application that answers every request with a redirect.
///
/// The client never chooses the host: a redirect to a path of this site stays there, whatever the
/// rest of the path is, and one to a URL goes to the host of that URL. Throws std::invalid_argument
/// when `options.check()` fails.
[[nodiscard]] app::App redirect(RedirectOptions options);

}  // namespace mastic::middleware
