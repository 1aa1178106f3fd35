#include "mastic/inspect/watch_page.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "mastic/base/encoding.h"

namespace mastic::inspect {
namespace {

using base::html_escape;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2421; --paper: #fbfaf6; --faint: #5d6862; --line: #e3e1d8;
  --accent: #0b6e4f; --card: #fff; --slow: #8a5a00; --slow-paper: #fdf1d3; --stuck: #a3231b;
  --stuck-paper: #fbe3df; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebe7; --paper: #141816; --faint: #9aa7a1;
  --line: #29312d; --accent: #6fd3a9; --card: #1a201d; --slow: #f0c674; --slow-paper: #33290f;
  --stuck: #ff9c92; --stuck-paper: #3d1a17; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
h1 { font-size: 1.375rem; font-weight: 650; margin: 0; }
h2 { font-size: 1.0625rem; font-weight: 650; margin: 2.25rem 0 .5rem; }
nav { margin-left: auto; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a[aria-current] { color: inherit; font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
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

/// "0.3 s", "12 s", "3 min 20 s", "2 h 5 min", "4 d 1 h".
std::string human_duration(double seconds) {
  if (seconds < 9.95) {
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

std::string_view class_of(Concern concern) {
  if (concern == Concern::None) return "";
  return concern == Concern::Warning ? " class=\"warning\"" : " class=\"alarm\"";
}

/// Colour is not for everybody: a word says it too.
void append_age(std::string& page, double age, Concern concern) {
  page += "<td class=\"age\">";
  if (concern != Concern::None) {
    page.append("<b>").append(concern == Concern::Warning ? "slow" : "stuck").append("</b> ");
  }
  page.append(human_duration(age)).append("</td>");
}

void append_link(std::string& page, const WatchPageOptions& now, std::uint32_t refresh,
                 std::string_view stacks, std::string_view words) {
  const bool current = now.refresh_seconds == refresh && now.stacks == stacks;
  std::string query;
  if (refresh > 0) query += "&amp;refresh=" + std::to_string(refresh);
  if (!stacks.empty()) query.append("&amp;stacks=").append(html_escape(stacks));
  page.append("<a href=\"").append(query.empty() ? "./" : query.replace(0, 5, "?")).append("\"");
  page.append(current ? " aria-current=\"page\">" : ">").append(words).append("</a>");
}

void append_head(std::string& page, const WatchReport& report, const WatchPageOptions& options) {
  page +=
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  if (options.refresh_seconds > 0) {
    page.append("<meta http-equiv=\"refresh\" content=\"");
    page.append(std::to_string(options.refresh_seconds)).append("\">\n");
  }
  page.append("<title>Threads</title>\n").append(watch_style().element());
  page.append("\n</head>\n<body>\n");
  page.append("<main>\n<header><h1>Threads</h1><time class=\"faint\" datetime=\"");
  page.append(report.time).append("\">").append(report.time, 0, 10).append(" ");
  page.append(report.time, 11, 8).append(" UTC</time>\n<nav aria-label=\"Views\">");
  append_link(page, options, options.refresh_seconds, options.stacks == "all" ? "" : "all",
              options.stacks == "all" ? "Without stacks" : "With all stacks");
  append_link(page, options, 0, options.stacks, "Still");
  append_link(page, options, 2, options.stacks, "Every 2 s");
  append_link(page, options, 10, options.stacks, "Every 10 s");
  page += "<a href=\"?format=json\">JSON</a></nav></header>\n";
}

void append_figure(std::string& page, std::string_view name, std::uint64_t figure,
                   std::string_view more = {}, Concern concern = Concern::None) {
  page.append("<div").append(class_of(concern)).append("><dt>").append(name).append("</dt><dd>");
  page += std::to_string(figure);
  if (!more.empty()) page.append(" <small>").append(more).append("</small>");
  page += "</dd></div>\n";
}

void append_pool(std::string& page, const WatchReport::Pool& pool) {
  const auto when = [](bool is, Concern concern) { return is ? concern : Concern::None; };
  const bool full = pool.workers > 0 && pool.busy >= pool.workers;
  page += "<dl aria-label=\"The pool\">\n";
  append_figure(page, "Busy workers", pool.busy, "of " + std::to_string(pool.workers),
                when(full, Concern::Warning));
  append_figure(page, "Queued", pool.queued,
                pool.queued > 0 ? "for " + human_duration(pool.oldest_queued) : "",
                when(pool.queued > 0, Concern::Warning));
  append_figure(page, "In reserve", pool.reserve, "", when(pool.reserve == 0, Concern::Warning));
  append_figure(page, "Lost threads", pool.lost, "", when(pool.lost > 0, Concern::Alarm));
  append_figure(page, "Done", pool.done);
  append_figure(page, "Refused", pool.refused);
  append_figure(page, "Hand-overs", pool.hand_offs);
  page += "</dl>\n";
}

void append_frames(std::string& page, const std::vector<WatchReport::Frame>& frames) {
  if (frames.empty()) {
    page += "<p>It gave no answer.</p>";
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  page += "<ol start=\"0\">";
  for (const WatchReport::Frame& frame : frames) {
    page.append("<li><code>").append(html_escape(frame.function)).append("</code> ");
    page += "<span class=\"faint\">";
    if (!frame.file.empty()) {
      page.append(html_escape(frame.file));
      if (frame.line > 0) page.append(":").append(std::to_string(frame.line));
    } else {
      page.append(html_escape(frame.module));
      if (frame.function.empty()) {
        page += "+0x";
        int shift = 60;
        while (shift > 0 && (frame.offset >> shift) == 0) shift -= 4;
        for (; shift >= 0; shift -= 4) page += kDigits[frame.offset >> shift & 15];
      }
    }
    page += "</span></li>\n";
  }
  page += "</ol>";
}

/// What a thread does, in words for those who have not read how loops are driven.
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

const WatchReport::Request* find_request(const WatchReport& report,
                                         const std::optional<std::string>& id) {
  const auto found = std::ranges::find_if(
      report.requests,
      [&](const WatchReport::Request& request) { return id && request.id == *id; });
  return found == report.requests.end() ? nullptr : &*found;
}

void append_request_line(std::string& page, const WatchReport::Request& request) {
  page.append("<div class=\"target\"><b>").append(html_escape(request.method)).append("</b> ");
  page.append(html_escape(request.target)).append("</div>");
}

void append_threads(std::string& page, const WatchReport& report, const WatchPageOptions& options) {
  page +=
      "<h2 id=\"threads\">Threads</h2>\n<table aria-labelledby=\"threads\">\n<thead><tr>"
      "<th scope=\"col\" class=\"number\">Number</th><th scope=\"col\">Does</th>"
      "<th scope=\"col\" class=\"age\">For</th><th scope=\"col\">Stack</th></tr></thead>\n"
      "<tbody>\n";
  for (const WatchReport::Thread& thread : report.threads) {
    const std::string number = std::to_string(thread.thread);
    page.append("<tr").append(class_of(thread.concern)).append("><td class=\"number\">");
    page.append(number).append("</td><td>").append(role_of(thread));
    if (const auto* request = find_request(report, thread.request)) {
      append_request_line(page, *request);
    }
    page += "</td>";
    append_age(page, thread.age, thread.concern);
    page += "<td>";
    append_link(page, options, options.refresh_seconds, number, "stack");
    page += "</td></tr>\n";
    if (!thread.stack) continue;
    page.append("<tr class=\"stack ");
    if (thread.concern != Concern::None) {
      page += thread.concern == Concern::Warning ? "warning" : "alarm";
    }
    page += "\"><td colspan=\"4\">";
    append_frames(page, *thread.stack);
    page += "</td></tr>\n";
  }
  page += "</tbody>\n</table>\n";
}

void append_state(std::string& page, const WatchReport::Request& request) {
  if (request.is_this) {
    page += "<small>is this page</small>";
    return;
  }
  page += "<small>";
  if (request.thread) {
    page.append("runs on thread ").append(std::to_string(*request.thread));
    page.append(" for ").append(human_duration(request.thread_age));
  } else {
    page += "waits";
  }
  page.append(request.cancelled ? ", cancelled" : "").append("</small>");
}

void append_requests(std::string& page, const WatchReport& report,
                     const WatchPageOptions& options) {
  page += "<h2 id=\"requests\">Requests under way</h2>\n";
  page +=
      "<table aria-labelledby=\"requests\">\n<thead><tr>"
      "<th scope=\"col\" class=\"age\">For</th><th scope=\"col\">Request</th>"
      "<th scope=\"col\" class=\"wide\">Client</th>"
      "<th scope=\"col\" class=\"number wide\">Loop</th>"
      "<th scope=\"col\" class=\"wide\">Id</th>";
  if (options.cancel_buttons) page += "<th scope=\"col\">Cancel</th>";
  page += "</tr></thead>\n<tbody>\n";
  for (const WatchReport::Request& request : report.requests) {
    page.append("<tr").append(class_of(request.concern)).append(">");
    append_age(page, request.age, request.concern);
    page += "<td>";
    append_request_line(page, request);
    append_state(page, request);
    page.append("</td><td class=\"wide\">").append(html_escape(request.client));
    page.append("</td><td class=\"number wide\">").append(std::to_string(request.loop));
    page.append("</td><td class=\"id wide\"><code>").append(request.id).append("</code></td>");
    if (options.cancel_buttons) {
      page += "<td>";
      if (!request.is_this && !request.cancelled) {
        page.append("<form method=\"post\" action=\"cancel\"><button name=\"request\" value=\"");
        page.append(request.id).append("\" aria-label=\"Cancel ").append(request.id);
        page += "\">Cancel</button></form>";
      }
      page += "</td>";
    }
    page += "</tr>\n";
  }
  page += "</tbody>\n</table>\n";
}

void append_loops(std::string& page, const WatchReport& report) {
  page +=
      "<h2 id=\"loops\">Loops</h2>\n<table aria-labelledby=\"loops\">\n<thead><tr>"
      "<th scope=\"col\" class=\"number\">Loop</th><th scope=\"col\">Driven by</th>"
      "<th scope=\"col\" class=\"number\">Connections</th>"
      "<th scope=\"col\" class=\"number\">Requests</th></tr></thead>\n<tbody>\n";
  std::uint64_t requests = 0;
  for (const WatchReport::Loop& loop : report.loops) {
    page.append(loop.answered ? "<tr>" : "<tr class=\"alarm\">").append("<td class=\"number\">");
    page.append(std::to_string(loop.loop)).append("</td><td>");
    page += loop.thread ? "thread " + std::to_string(*loop.thread) : "nobody";
    if (loop.answered) {
      page.append("</td><td class=\"number\">").append(std::to_string(loop.connections));
      page.append("</td><td class=\"number\">").append(std::to_string(loop.requests));
    } else {
      page += "</td><td colspan=\"2\" class=\"age\"><b>did not answer</b>";
    }
    page += "</td></tr>\n";
    requests += loop.requests;
  }
  page += "</tbody>\n</table>\n";
  if (requests > report.requests.size()) {
    page += "<p>Of the requests under way, the oldest of each loop are shown.</p>\n";
  }
}

}  // namespace

std::string render_watch(const WatchReport& report, const WatchPageOptions& options) {
  std::string page;
  page.reserve(8192 + 512 * (report.threads.size() + report.requests.size()));
  append_head(page, report, options);
  append_pool(page, report.pool);
  append_threads(page, report, options);
  append_requests(page, report, options);
  append_loops(page, report);
  page += "</main>\n</body>\n</html>\n";
  return page;
}

const app::PageStyle& watch_style() {
  static const app::PageStyle style(kStyle,
                                    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  return style;
}

}  // namespace mastic::inspect
