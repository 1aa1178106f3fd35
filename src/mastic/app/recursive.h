// Requests that the parts of an application make of the whole: include and forward.
//
//     site.use(Recursive());
//     site.get("/", [](Request& request) -> Task<Response> {
//       Response news = co_await include(request, "/news?short=1");
//       co_await news.body.gather(64 << 10);
//       co_return page_with(*news.body.bytes());
//     });
//     site.get("/today", [](Request& request) { return forward(request, "/days/" + today()); });

#pragma once

#include <string_view>

#include "mastic/app/app.h"

namespace mastic::app {

/// A middleware that lets the code below it ask the application that it is around for other paths.
///
/// `include` and `forward` name paths below the place of the innermost Recursive, wherever in the
/// application they are called. An answer that is ready at once costs neither a coroutine nor memory
/// of the heap.
class Recursive {
 public:
  /// Puts the middleware around `app`.
  [[nodiscard]] App operator()(App app) const;

 private:
  class Anchor;
};

/// Asks the application below the innermost Recursive for `path`, which may have a query, and
/// returns the answer, to use as a part of another one. It lives as long as `request`, also its
/// content.
///
/// The request is a GET without content, with the fields and the values of `request`
/// (InternalRequest). The answer to `request` varies as this one does. An error is an answer too:
/// look at its status.
///
/// One request asks for one path at a time, because the answers of an exchange end in the order in
/// which they began: await the task before you ask for the next path. Throws std::logic_error if
/// another path is being asked for, if no Recursive is around the code that calls this, or if
/// `path` asks for itself; std::invalid_argument if it is no path.
[[nodiscard]] Task<Response> include(Request& request, std::string_view path);

/// Asks for `path` like `include`, and makes the answer the one to `request`: return it as it is.
[[nodiscard]] Task<Response> forward(Request& request, std::string_view path);

}  // namespace mastic::app
