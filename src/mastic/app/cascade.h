// Applications that are tried in order until one has an answer.
//
//     App make_site() {
//       return Cascade({static_files("public"), make_pages()});
//     }

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// The settings of a Cascade.
struct CascadeOptions {
  /// The statuses after which the next application is tried.
  std::vector<http::Status> caught{http::Status::NotFound};
  /// How many bytes of the request's content are kept for the next application, for each request.
  std::uint64_t max_replayed_bytes = 64 << 10;
};

/// Builds an application that asks others in turn. The first answer whose status is not caught is
/// the answer; that of the last application is always taken as it is.
///
/// Each application sees the whole content of the request. Content that comes from the client while
/// an application reads it is kept for the next one, up to a limit. If an application reads more
/// than that, its answer is the last one, whatever its status. So content of any size reaches the
/// application that wants it, if the applications before it leave the content alone. Static files
/// do, and so does a router without a route for the path. A plain handler is called when all
/// content has arrived, so it counts as having read it.
///
/// An answer that is caught is discarded: its content is never begun. What its application has
/// registered with Request::on_finish is called then, with `complete` false, and the values that it
/// has left in the request (Request::ext) are destroyed, before the next application is called. A
/// cookie that it sets is lost.
///
/// An answer that is ready at once and not caught costs neither a coroutine nor memory. All
/// requests of a cascade share one BlockingHistory for what runs as a task, since it is not known
/// in advance which application will answer; plain handlers have their own as everywhere.
class Cascade {
 public:
  /// Takes the applications, in order. Throws std::invalid_argument when there is none, or when a
  /// caught status is below 300: such an answer is no reason to look further.
  explicit Cascade(std::vector<App> applications, CascadeOptions options = {});

  /// Makes the application.
  [[nodiscard]] App build() &&;

 private:
  std::vector<App> applications_;
  CascadeOptions options_;
};

}  // namespace mastic::app
