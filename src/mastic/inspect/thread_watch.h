// A page that shows what a server is doing, and where it hangs.

#pragma once

#include <string>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/units.h"

namespace mastic::inspect {

/// What the page shows, to whom, and how long it may take to find it out.
struct ThreadWatchOptions {
  /// Whether requests can be cancelled there.
  bool allow_cancel = false;
  /// Hosts that the page is shown to besides `localhost`, IP addresses and those of --allowed-host:
  /// "admin.example.com", or "*.example.com".
  std::vector<std::string> allowed_hosts = {};
  /// What has been going on for longer is marked as slow, and as stuck.
  base::Duration slow_after = std::chrono::seconds(5);
  /// What has been going on for longer is marked as stuck.
  base::Duration stuck_after = std::chrono::minutes(2);
  /// How long loops have for an answer, all together.
  base::Duration wait_for_loops = std::chrono::milliseconds(200);
  /// How long a thread has for its stack, and all threads together. To name what was found may take
  /// `wait_for_stacks` again; what has no name by then is shown as an offset in its module.
  base::Duration wait_for_stack = std::chrono::milliseconds(50);
  /// How long all threads together have for their stacks.
  base::Duration wait_for_stacks = std::chrono::seconds(2);
};

/// The loops of the server that serves it, its threads, the requests under way and the figures of
/// the pool, as HTML or, for clients that like it better or ask with `?format=json`, as JSON.
/// `?stacks=all` and `?stacks=<thread>` add stacks.
///
///     site.mount("/watch", thread_watch()).use(only_for_operators);
///
/// It answers when every thread of the pool hangs: it needs none of them, and no longer than the
/// times above from loops and threads. It shows where requests come from and which paths they ask
/// for, without what looks secret in their queries, so it is not for everybody.
///
/// A request that names another host than those above is refused (421): it may come from a page of
/// another site whose name was made to lead here, which a browser would let read this one.
///
/// POST of a form to `cancel`, with the id of a request as `request`, cancels that. It is refused
/// (403) unless `allow_cancel`, and when a page of another site sends it: by Sec-Fetch-Site, or
/// Origin against Host. A client that sends neither is no browser and so sent by nobody's page.
[[nodiscard]] app::App thread_watch(ThreadWatchOptions options = {});

}  // namespace mastic::inspect
