#include "mastic/inspect/watch_page.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "mastic/base/html_writer.h"

namespace mastic::inspect {
namespace {

using base::HtmlWriter;
using base::Markup;

// What this page adds to the style of all built-in pages (watch_style).
constexpr std::string_view kStyle = R"(
:root { --card: #fff; --slow: #8a5a00; --slow-paper: #fdf1d3; --stuck: #a3231b; --stuck-paper: #fbe3df; }
@media (prefers-color-scheme: dark) { :root { --card: #1a201d; --slow: #f0c674; --slow-paper: #33290f;
  --stuck: #ff9c92; --stuck-paper: #3d1a17; } }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
h1 { font-size: 1.375rem; font-weight: 650; margin: 0; }
h2 { font-size: 1.0625rem; font-weight: 650; margin: 2.25rem 0 .5rem; }
nav { margin-left: auto; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
a[aria-current] { color: inherit; font-weight: 600; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .625rem .875rem; }
dt { color: var(--faint); font-size: .8125rem; }
dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
dd small { font-size: .8125rem; font-weight: 400; color: var(--faint); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: .8125rem; font-weight: 600; color: var(--faint); }
th, td { padding: .5rem .625rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
.number, .age { text-align: right; white-space: nowrap; }
.id, .faint { color: var(--faint); }
.target { overflow-wrap: anywhere; }
td small { color: var(--faint); }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.warning td, dl .warning { background: var(--slow-paper); }
.warning .age b, .warning dd { color: var(--slow); }
.alarm td, dl .alarm { background: var(--stuck-paper); }
.alarm .age b, .alarm dd { color: var(--stuck); }
.age b { font-weight: 600; }
.stack td { padding-top: 0; }
tr:has(+ .stack) td { border-bottom: 0; }
ol { margin: 0; padding: 0 0 0 2rem; font-size: .8125rem; overflow-wrap: anywhere; }
ol li::marker { color: var(--faint); }
ol code { font-size: 1em; }
button { font: inherit; font-size: .875rem; color: var(--stuck); background: transparent;
  border: 1px solid currentColor; border-radius: .375rem; padding: .125rem .625rem; cursor: pointer; }
button:hover { background: var(--stuck-paper); }
form { margin: 0; }
p { color: var(--faint); margin: .5rem 0; }
@media (max-width: 40rem) { main { padding: 1.25rem .5rem 3rem; } h1, h2, header p, nav { padding: 0 .375rem; }
  nav { margin-left: 0; } .wide { display: none; } th, td { padding: .5rem .375rem; }
  .age b { display: block; }
  dl { grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: .5rem; } ol { padding-left: 1.5rem; } }
)";

/// A duration for people: "0.3 s", "12 s", "3 min 20 s", "2 h 5 min", "4 d 1 h".
std::string human_duration(double seconds) {
  if (seconds < 9.95) {  // what would be rounded to 10.0 is shown without a fraction
    const auto tenths = static_cast<std::uint64_t>(std::max(0.0, std::round(seconds * 10)));
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  struct Unit {
    std::uint64_t seconds;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}};
  const auto whole = static_cast<std::uint64_t>(seconds);
  const auto* const unit =
      std::ranges::find_if(kUnits, [&](const Unit& u) { return whole >= u.seconds; });
  std::string text = std::to_string(whole / unit->seconds).append(unit->name);
  if (unit->seconds == 1) return text;
  const auto* const next = unit + 1;
  const std::uint64_t rest = whole % unit->seconds / next->seconds;
  return rest == 0 ? text : text + " " + std::to_string(rest).append(next->name);
}

Markup class_of(Concern concern) {
  if (concern == Concern::None) return {};
  if (concern == Concern::Warning) return " class=\"warning\"";
  return " class=\"alarm\"";
}

/// Adds the cell of an age. A word marks what is slow or stuck, because not everyone sees the
/// colour.
void add_age(HtmlWriter& page, double age, Concern concern) {
  page.add("<td class=\"age\">");
  if (concern == Concern::Warning) page.add("<b>slow</b> ");
  if (concern == Concern::Alarm) page.add("<b>stuck</b> ");
  page.add(human_duration(age), "</td>");
}

/// Adds a link to this page with other options, or marks it as the current one. The address is
/// relative, because the page may be mounted at any path.
void add_link(HtmlWriter& page, const WatchPageOptions& now, std::uint32_t refresh,
              std::string_view stacks, std::string_view words) {
  const bool is_current = now.refresh_seconds == refresh && now.stacks == stacks;
  std::string query;
  if (refresh > 0) query += "&refresh=" + std::to_string(refresh);
  if (!stacks.empty()) query.append("&stacks=").append(stacks);
  page.add("<a href=\"", query.empty() ? "./" : query.replace(0, 1, "?"), "\"");
  if (is_current) page.add(" aria-current=\"page\"");
  page.add(">", words, "</a>");
}

void add_head(HtmlWriter& page, const WatchReport& report, const WatchPageOptions& options) {
  const std::string_view time = report.time;
  page.add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  if (options.refresh_seconds > 0) {  // not by a script: the policy of the page forbids scripts
    page.add("<meta http-equiv=\"refresh\" content=\"", options.refresh_seconds, "\">\n");
  }
  page.add("<title>Threads</title>\n").add_html(watch_style().element());
  page.add("\n</head>\n<body>\n<main>\n<header><h1>Threads</h1><time class=\"faint\" datetime=\"",
           time, "\">", time.substr(0, 10), " ", time.substr(11, 8),
           " UTC</time>\n<nav aria-label=\"Views\">");
  const bool has_all = options.stacks == "all";
  add_link(page, options, options.refresh_seconds, has_all ? "" : "all",
           has_all ? "Without stacks" : "With all stacks");
  add_link(page, options, 0, options.stacks, "Still");
  add_link(page, options, 2, options.stacks, "Every 2 s");
  add_link(page, options, 10, options.stacks, "Every 10 s");
  page.add("<a href=\"?format=json\">JSON</a></nav></header>\n");
}

void add_figure(HtmlWriter& page, std::string_view name, std::uint64_t figure,
                std::string_view more = {}, Concern concern = Concern::None) {
  page.add("<div", class_of(concern), "><dt>", name, "</dt><dd>", figure);
  if (!more.empty()) page.add(" <small>", more, "</small>");
  page.add("</dd></div>\n");
}

/// Adds the figures of the pool. One in colour explains why requests wait, or soon will.
void add_pool(HtmlWriter& page, const WatchReport::Pool& pool) {
  const auto when = [](bool is, Concern concern) { return is ? concern : Concern::None; };
  const bool full = pool.workers > 0 && pool.busy >= pool.workers;
  page.add("<dl aria-label=\"The pool\">\n");
  add_figure(page, "Busy workers", pool.busy, "of " + std::to_string(pool.workers),
             when(full, Concern::Warning));
  add_figure(page, "Queued", pool.queued,
             pool.queued > 0 ? "for " + human_duration(pool.oldest_queued) : "",
             when(pool.queued > 0, Concern::Warning));
  add_figure(page, "In reserve", pool.reserve, "", when(pool.reserve == 0, Concern::Warning));
  add_figure(page, "Lost threads", pool.lost, "", when(pool.lost > 0, Concern::Alarm));
  add_figure(page, "Done", pool.done);
  add_figure(page, "Refused", pool.refused);
  add_figure(page, "Hand-offs", pool.hand_offs);
  page.add("</dl>\n");
}

/// `figure` in hexadecimal, without leading zeros.
std::string to_hex(std::uint64_t figure) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  int shift = 60;
  while (shift > 0 && (figure >> shift) == 0) shift -= 4;
  std::string text;
  for (; shift >= 0; shift -= 4) text += kDigits[figure >> shift & 15];
  return text;
}

void add_frames(HtmlWriter& page, const std::vector<WatchReport::Frame>& frames) {
  if (frames.empty()) {
    page.add("<p>The thread gave no stack in time.</p>");
    return;
  }
  page.add("<ol start=\"0\">");  // as debuggers number them: 0 is where the thread is now
  for (const WatchReport::Frame& frame : frames) {
    page.add("<li><code>", frame.function, "</code> <span class=\"faint\">");
    if (!frame.file.empty()) {
      page.add(frame.file);
      if (frame.line > 0) page.add(":", frame.line);
    } else {
      page.add(frame.module);  // without debug information, addr2line finds the line from these two
      if (frame.function.empty()) page.add("+0x", to_hex(frame.offset));
    }
    page.add("</span></li>\n");
  }
  page.add("</ol>");
}

/// What a thread does, in words that need no knowledge of how loops are driven.
std::string role_of(const WatchReport::Thread& thread) {
  const std::string loop = thread.loop ? " loop " + std::to_string(*thread.loop) : "";
  switch (thread.role) {
    case base::ThreadRole::Reserve:
      return "in reserve";
    case base::ThreadRole::Drives:
      return "drives" + loop;
    case base::ThreadRole::Away:
      return "runs a handler" + (loop.empty() ? "" : ", has lost" + loop);
    case base::ThreadRole::Works:
      return "works";
    case base::ThreadRole::WrittenOff:
      return "written off";
    case base::ThreadRole::Ends:
      return "ends";
  }
  return {};
}

/// The request that has this id, or null: a thread may work for a request that the report leaves out.
const WatchReport::Request* find_request(const WatchReport& report,
                                         const std::optional<std::string>& id) {
  const auto found = std::ranges::find_if(
      report.requests,
      [&](const WatchReport::Request& request) { return id && request.id == *id; });
  return found == report.requests.end() ? nullptr : &*found;
}

void add_request_line(HtmlWriter& page, const WatchReport::Request& request) {
  page.add("<div class=\"target\"><b>", request.method, "</b> ", request.target, "</div>");
}

void add_threads(HtmlWriter& page, const WatchReport& report, const WatchPageOptions& options) {
  page.add(
      "<h2 id=\"threads\">Threads</h2>\n<table aria-labelledby=\"threads\">\n<thead><tr>"
      "<th scope=\"col\" class=\"number\">Number</th><th scope=\"col\">Does</th>"
      "<th scope=\"col\" class=\"age\">For</th><th scope=\"col\">Stack</th></tr></thead>\n"
      "<tbody>\n");
  for (const WatchReport::Thread& thread : report.threads) {
    page.add("<tr", class_of(thread.concern), "><td class=\"number\">", thread.thread, "</td><td>",
             role_of(thread));
    if (const auto* request = find_request(report, thread.request)) {
      add_request_line(page, *request);
    }
    page.add("</td>");
    add_age(page, thread.age, thread.concern);
    page.add("<td>");
    add_link(page, options, options.refresh_seconds, std::to_string(thread.thread), "stack");
    page.add("</td></tr>\n");
    if (!thread.stack) continue;  // it was not asked for
    page.add("<tr class=\"stack ");
    if (thread.concern == Concern::Warning) page.add("warning");
    if (thread.concern == Concern::Alarm) page.add("alarm");
    page.add("\"><td colspan=\"4\">");
    add_frames(page, *thread.stack);
    page.add("</td></tr>\n");
  }
  page.add("</tbody>\n</table>\n");
}

void add_state(HtmlWriter& page, const WatchReport::Request& request) {
  if (request.is_this) {
    page.add("<small>is this page</small>");
    return;
  }
  page.add("<small>");
  if (request.thread) {
    page.add("runs on thread ", *request.thread, " for ", human_duration(request.thread_age));
  } else {
    page.add("waits");
  }
  if (request.cancelled) page.add(", cancelled");
  page.add("</small>");
}

void add_cancel_button(HtmlWriter& page, const WatchReport::Request& request) {
  page.add("<td>");
  if (!request.is_this && !request.cancelled) {
    page.add("<form method=\"post\" action=\"cancel\"><button name=\"request\" value=\"",
             request.id, "\" aria-label=\"Cancel ", request.id, "\">Cancel</button></form>");
  }
  page.add("</td>");
}

void add_requests(HtmlWriter& page, const WatchReport& report, const WatchPageOptions& options) {
  page.add(
      "<h2 id=\"requests\">Requests under way</h2>\n"
      "<table aria-labelledby=\"requests\">\n<thead><tr>"
      "<th scope=\"col\" class=\"age\">For</th><th scope=\"col\">Request</th>"
      "<th scope=\"col\" class=\"wide\">Client</th>"
      "<th scope=\"col\" class=\"number wide\">Loop</th>"
      "<th scope=\"col\" class=\"wide\">Id</th>");
  if (options.cancel_buttons) page.add("<th scope=\"col\">Cancel</th>");
  page.add("</tr></thead>\n<tbody>\n");
  for (const WatchReport::Request& request : report.requests) {
    page.add("<tr", class_of(request.concern), ">");
    add_age(page, request.age, request.concern);
    page.add("<td>");
    add_request_line(page, request);
    add_state(page, request);
    page.add("</td><td class=\"wide\">", request.client, "</td><td class=\"number wide\">",
             request.loop, "</td><td class=\"id wide\"><code>", request.id, "</code></td>");
    if (options.cancel_buttons) add_cancel_button(page, request);
    page.add("</tr>\n");
  }
  page.add("</tbody>\n</table>\n");
}

void add_loops(HtmlWriter& page, const WatchReport& report) {
  page.add(
      "<h2 id=\"loops\">Loops</h2>\n<table aria-labelledby=\"loops\">\n<thead><tr>"
      "<th scope=\"col\" class=\"number\">Loop</th><th scope=\"col\">Driven by</th>"
      "<th scope=\"col\" class=\"number\">Connections</th>"
      "<th scope=\"col\" class=\"number\">Requests</th></tr></thead>\n<tbody>\n");
  std::uint64_t requests = 0;
  for (const WatchReport::Loop& loop : report.loops) {
    page.add("<tr", class_of(loop.answered ? Concern::None : Concern::Alarm),
             "><td class=\"number\">", loop.loop, "</td><td>",
             loop.thread ? "thread " + std::to_string(*loop.thread) : "no thread");
    if (loop.answered) {  // otherwise its figures are not known: only the loop itself may read them
      page.add("</td><td class=\"number\">", loop.connections, "</td><td class=\"number\">",
               loop.requests);
    } else {
      page.add("</td><td colspan=\"2\" class=\"age\"><b>did not answer</b>");
    }
    page.add("</td></tr>\n");
    requests += loop.requests;
  }
  page.add("</tbody>\n</table>\n");
  if (requests > report.requests.size()) {
    page.add("<p>Of the requests under way, the oldest of each loop are shown.</p>\n");
  }
}

}  // namespace

std::string render_watch(const WatchReport& report, const WatchPageOptions& options) {
  HtmlWriter page;
  page.reserve(8192 + 512 * (report.threads.size() + report.requests.size()));
  add_head(page, report, options);
  add_pool(page, report.pool);
  add_threads(page, report, options);
  add_requests(page, report, options);
  add_loops(page, report);
  page.add("</main>\n</body>\n</html>\n");
  return page.take();
}

const app::PageStyle& watch_style() {
  static const app::PageStyle style(std::string(app::kCommonPageStyle).append(kStyle),
                                    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  return style;
}

}  // namespace mastic::inspect
