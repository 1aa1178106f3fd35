// A page that shows what a server is doing and where it hangs.

#pragma once

#include <string>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/options.h"
#include "mastic/base/units.h"

namespace mastic::inspect {

/// The settings of thread_watch: what the page shows, at which hosts, and how long collecting it may
/// take.
struct ThreadWatchOptions {
  /// Put buttons that cancel requests on the page.
  bool allow_cancel = false;
  /// A host name, or *.DOMAIN, under which the page may be requested, besides localhost, IP addresses
  /// and the hosts that the server allows for such pages. May be given several times.
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
  /// functions may take the same time again; an address that has no name by then is shown as an
  /// offset in its module.
  base::Duration wait_for_stacks = std::chrono::seconds(2);

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const;
};

/// Makes an application that shows the server it runs in: loops, threads, requests under way and
/// the figures of the pool. The application answers with HTML, or with JSON for clients that prefer
/// JSON or ask with `?format=json`. `?stacks=all` and `?stacks=<thread>` add stacks.
///
///     site.mount("/watch", thread_watch()).use(only_for_operators);
///
/// The application answers even when every thread of the pool hangs: it uses none of these threads,
/// and waits for loops and threads no longer than the times in `options`. The page shows the
/// addresses of clients and the targets of their requests, so restrict who can see it. Values in
/// queries that look secret are blanked out.
///
/// A request for a host that is not allowed gets 421. Such a request may come from a page of
/// another site whose name was made to resolve to this machine (DNS rebinding); a browser would let
/// that page read this page.
///
/// A POST to `cancel` sends a form with the id of a request in the field `request`, and cancels
/// that request. The POST gets 403 if `allow_cancel` is not set, or if a page of another site made
/// a browser send it. Whether a page did that is told by Sec-Fetch-Site, or else by a comparison of
/// Origin with Host. A client that sends neither Sec-Fetch-Site nor Origin is not a browser, so no
/// page of another site can have made it send the form.
[[nodiscard]] app::App thread_watch(ThreadWatchOptions options = {});

}  // namespace mastic::inspect
