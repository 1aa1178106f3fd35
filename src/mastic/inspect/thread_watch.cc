#include "mastic/inspect/thread_watch.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/error_response.h"
#include "mastic/app/http_error.h"
#include "mastic/app/own_host.h"
#include "mastic/app/page_style.h"
#include "mastic/base/text.h"
#include "mastic/http/authority.h"
#include "mastic/inspect/watch_page.h"
#include "mastic/inspect/watch_report.h"
#include "mastic/routing/router.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::inspect {
namespace {

using app::HttpError;
using app::Request;
using app::Response;
using async::Task;
using http::FieldName;
using http::Status;

/// The query of the page.
struct View {
  std::string stacks;         ///< "all", or a thread's number
  std::uint32_t refresh = 0;  ///< seconds
  std::string format;         ///< "json"
};

struct CancelForm {
  std::string request;
};

struct Cancelled {
  std::string cancelled;  ///< the request's id
};

base::ServerStatus& server_of(Request& request) {
  if (base::ServerStatus* const server = request.exchange().server_status()) return *server;
  throw HttpError(Status::Forbidden,
                  "There is nothing to watch: this request did not come through a running server.");
}

Response dressed(Response response) {
  response.set("Cache-Control", "no-store");
  response.set(FieldName::XContentTypeOptions, "nosniff");
  return response;
}

Response as_html(Request& request, const WatchReport& report, const View& view,
                 const ThreadWatchOptions& options) {
  std::string page = render_watch(report, {.cancel_buttons = options.allow_cancel,
                                           .refresh_seconds = view.refresh,
                                           .stacks = view.stacks});
  return app::styled_page(request, watch_style(), app::Body(std::move(page)));
}

/// Adds the stacks that the query asks for. This is a function of its own because a BlockingScope,
/// which gives the loop to another thread, must not be open across a `co_await`.
void add_stacks_asked_for(WatchReport& report, const View& view,
                          const ThreadWatchOptions& options) {
  if (view.stacks.empty()) return;
  std::optional<int> thread;
  if (view.stacks != "all") {
    const auto number = base::parse_decimal(view.stacks);
    const auto is_it = [&](const WatchReport::Thread& shown) {
      return number && std::cmp_equal(shown.thread, *number);
    };
    const auto found = std::ranges::find_if(report.threads, is_it);
    if (found == report.threads.end()) {
      throw HttpError(Status::NotFound, "The server has no such thread. It may have ended.");
    }
    thread = found->thread;
  }
  const threads::BlockingScope blocking;
  add_stacks(report, thread, options);
}

Task<Response> show(Request& request, View view, const ThreadWatchOptions& options) {
  WatchReport report = co_await look_at(server_of(request), request.id(), options);
  add_stacks_asked_for(report, view, options);
  const bool json = view.format == "json" ||
                    request.preferred_type({"text/html", "application/json"}) == "application/json";
  Response response = json ? Response::json(report) : as_html(request, report, view, options);
  co_return dressed(std::move(response));
}

/// Throws 403 for a request that a page of another site made a browser send. If the browser sends
/// Sec-Fetch-Site, that field decides; older browsers send Origin with a form.
void want_own_origin(const Request& request) {
  bool own = true;
  if (const auto site = request.field("Sec-Fetch-Site")) {
    own = *site == "same-origin";
  } else if (const auto origin = request.field("Origin")) {
    const std::size_t mark = origin->find("://");
    own =
        mark != origin->npos && http::same_authority(origin->substr(mark + 3), request.authority(),
                                                     origin->substr(0, mark));
  }
  if (!own) throw HttpError(Status::Forbidden, "Only this page can cancel requests.");
}

Task<Response> cancel(Request& request, std::string id, const ThreadWatchOptions& options) {
  want_own_origin(request);
  base::ServerStatus& server = server_of(request);
  const auto number = app::parse_reference_id(id);
  const bool found = number && co_await may_be_under_way(server, *number, options);
  if (!found) {
    throw HttpError(Status::NotFound, "There is no such request under way. It may have ended.");
  }
  server.cancel(*number);
  const bool json = request.preferred_type({"text/html", "application/json"}) == "application/json";
  Response response = json ? Response::json(Cancelled{id}) : Response::redirect("./");
  co_return dressed(std::move(response));
}

/// Answers 421 to hosts that another site can own. The name of such a host may have been made to
/// resolve to this machine (DNS rebinding), and then a browser takes the pages of that host and
/// this page for the same origin.
struct OwnHostOnly {
  std::vector<std::string> allowed_hosts;

  std::optional<Response> before(Request& request) const {
    const bool own =
        app::names_own_host(request) || app::is_own_host(request.authority(), allowed_hosts);
    if (own) return std::nullopt;
    const auto authority = http::Authority::parse(request.authority());
    return app::error_response(request, Status::MisdirectedRequest,
                               "This page is shown only under localhost, IP addresses and allowed "
                               "hosts: start the server with --allowed-host " +
                                   std::string(authority ? authority->host : "NAME") +
                                   ", or allow it for this page, by allowed_host in a site file or "
                                   "ThreadWatchOptions::allowed_hosts in C++.");
  }
};

/// Explains the answer to a POST to `cancel`, for which there is no route while cancelling is off.
struct CancelsNothing {
  static std::optional<Response> before(Request& request) {
    if (request.path() != "/cancel") return std::nullopt;
    return app::error_response(
        request, Status::Forbidden,
        "Cancelling is off. It is turned on by allow_cancel = on in a site file, and by "
        "ThreadWatchOptions::allow_cancel in C++.");
  }
};

}  // namespace

void ThreadWatchOptions::describe(base::OptionTable& table) {
  table.flag("allow_cancel", allow_cancel, "Put buttons that cancel requests on the page.");
  table.list(
      "allowed_host", allowed_hosts, "HOST",
      "A host name, or *.DOMAIN, under which the page may be requested, besides localhost, IP "
      "addresses and the hosts that the server allows for such pages. May be given several times.");
  table.duration("slow_after", slow_after,
                 "The age from which a request, or the work of a thread, is marked as slow.");
  table.duration("stuck_after", stuck_after,
                 "The age from which a request, or the work of a thread, is marked as stuck.");
  table.duration("wait_for_loops", wait_for_loops,
                 "How long the page waits for the reports of all loops together.");
  table.duration("wait_for_stack", wait_for_stack,
                 "How long the page waits for the stack of one thread.");
  table.duration("wait_for_stacks", wait_for_stacks,
                 "How long the page waits for the stacks of all threads together. Looking up the "
                 "names of the functions may take the same time again; an address that has no name "
                 "by then is shown as an offset in its module.");
  table.alias("allow_kill", "allow_cancel");  // Paste's name
}

base::Result<void> ThreadWatchOptions::check() const {
  for (const std::string& host : allowed_hosts) {
    if (!http::is_host_pattern(host)) {
      return base::fail("allowed_host: '", host, "' is neither a host name nor *.DOMAIN");
    }
  }
  return base::require_time({{"wait_for_loops", wait_for_loops},
                             {"wait_for_stack", wait_for_stack},
                             {"wait_for_stacks", wait_for_stacks}});
}

app::App thread_watch(ThreadWatchOptions options) {
  routing::Router pages;
  pages.use(OwnHostOnly{std::move(options.allowed_hosts)});
  pages.get<"/">([options](Request& request, routing::Query<View> view) {
    return show(request, *std::move(view), options);
  });
  if (options.allow_cancel) {
    pages.post<"/cancel">([options](Request& request, routing::Form<CancelForm> form) {
      return cancel(request, (*std::move(form)).request, options);
    });
  } else {
    pages.use(CancelsNothing());
  }
  // Trusted from the start: while threads are short, loops run only routes that are known to be
  // quick.
  return app::App(std::move(pages)).quick();
}

}  // namespace mastic::inspect
