// Pages of the application itself for errors.
//
//     site.use(ErrorDocuments({{Status::NotFound, "/errors/404.html"},
//                              {Status::Unauthorized, "/login-needed"}}));

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// A middleware that takes the content of errors from paths of the application that it is around: a
/// static file, a route, whatever answers there.
///
/// The client gets the status and the fields of the error, such as WWW-Authenticate, Allow and
/// Retry-After. From the page it gets the content and what describes it (Content-Type,
/// Content-Encoding, Content-Language, Content-Security-Policy), its cookies beside those of the
/// error, and its Vary. Validators of either are left out.
///
/// The page is asked for by a GET below the path where the middleware is, with the fields of the
/// client's request (InternalRequest). If the page is not answered with a status of success and
/// content, or asks for itself, the client gets the error as it was, and the log gets a warning. An
/// error on the way to a page has no page itself.
///
/// Router::on_error makes pages by a function, also for errors in mounted applications. Such a page
/// is made first, and then replaced.
///
/// An answer that is ready at once and has no page costs neither a coroutine nor memory.
class ErrorDocuments {
 public:
  /// A status, and the path of the page for it.
  struct Document {
    http::Status status;  ///< of the errors that get the page
    std::string path;     ///< below the middleware; may have a query
  };

  /// Takes the pages. Throws std::invalid_argument for a status that is no error or has two pages,
  /// and for a path that does not begin with '/'.
  explicit ErrorDocuments(std::vector<Document> documents);

  /// Puts the middleware around `app`.
  [[nodiscard]] App operator()(App app) const;

 private:
  class Replacing;
  std::shared_ptr<const std::vector<Document>> documents_;
};

}  // namespace mastic::app
