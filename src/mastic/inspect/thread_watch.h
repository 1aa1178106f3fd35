// A page that shows what a server is doing and where it hangs.

#pragma once

#include <string>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/units.h"

namespace mastic::inspect {

/// The settings of thread_watch: what it shows, to whom, and how long it may take to collect it.
struct ThreadWatchOptions {
  /// Whether the page has buttons that cancel requests.
  bool allow_cancel = false;
  /// Host names under which the page may be requested, besides `localhost`, IP addresses and those
  /// of --allowed-host: "admin.example.com", or "*.example.com".
  std::vector<std::string> allowed_hosts = {};
  /// The age from which a request, or the work of a thread, is marked as slow.
  base::Duration slow_after = std::chrono::seconds(5);
  /// The age from which a request, or the work of a thread, is marked as stuck.
  base::Duration stuck_after = std::chrono::minutes(2);
  /// How long the page waits for the reports of all loops together.
  base::Duration wait_for_loops = std::chrono::milliseconds(200);
  /// How long the page waits for the stack of one thread.
  base::Duration wait_for_stack = std::chrono::milliseconds(50);
  /// How long the page waits for the stacks of all threads together. Looking up the names of the
  /// functions may take as long again; an address without a name by then is shown as an offset in
  /// its module.
  base::Duration wait_for_stacks = std::chrono::seconds(2);
};

/// Makes an application that shows the server it runs in: loops, threads, requests under way and
/// the figures of the pool. It answers with HTML, or with JSON for clients that prefer it or ask
/// with `?format=json`. `?stacks=all` and `?stacks=<thread>` add stacks.
///
///     site.mount("/watch", thread_watch()).use(only_for_operators);
///
/// It answers even when every thread of the pool hangs: it uses none of them, and waits for loops
/// and threads no longer than the times in `options`. It shows the addresses of clients and the
/// paths of their requests, with values in queries that look secret blanked out, so restrict who
/// can see it.
///
/// A request for a host that is not allowed gets 421. It may come from a page of another site whose
/// name was made to resolve to this machine (DNS rebinding); a browser would let that page read
/// this one.
///
/// A POST to `cancel` with a form that has the id of a request as `request` cancels that request.
/// It gets 403 unless `allow_cancel` is set, and when a page of another site sends it, which is
/// judged by Sec-Fetch-Site, or by Origin against Host. A client that sends neither field is not a
/// browser, so no page of another site can have made it send the form.
[[nodiscard]] app::App thread_watch(ThreadWatchOptions options = {});

}  // namespace mastic::inspect
