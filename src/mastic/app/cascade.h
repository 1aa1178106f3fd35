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
#include "mastic/base/options.h"
#include "mastic/http/status.h"

namespace mastic::app {

/// The settings of a Cascade.
struct CascadeOptions {
  /// A status after which the next application is tried. May be given several times.
  std::vector<http::Status> caught{http::Status::NotFound};
  /// How much of the content of a request is kept for the next application. Beyond it: the answer of
  /// the application that has read the content is taken.
  std::uint64_t max_replayed_bytes = 64 << 10;

  /// Adds every member to `table` under its name; `caught` is called catch there.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const;
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
  /// Takes the applications, in order. Throws std::invalid_argument when there is none, or when
  /// `options.check()` fails.
  explicit Cascade(std::vector<App> applications, CascadeOptions options = {});

  /// Makes the application.
  [[nodiscard]] App build() &&;

 private:
  std::vector<App> applications_;
  CascadeOptions options_;
};

}  // namespace mastic::app
