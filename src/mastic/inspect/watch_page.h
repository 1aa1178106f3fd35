// A WatchReport as an HTML page.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/app/page_style.h"
#include "mastic/inspect/watch_report.h"

namespace mastic::inspect {

/// How a report is rendered.
struct WatchPageOptions {
  bool cancel_buttons = false;        ///< whether requests get a button that cancels them
  std::uint32_t refresh_seconds = 0;  ///< how often the browser reloads the page; 0 for never
  std::string_view stacks;            ///< the value of `stacks` in the query; the links keep it
};

/// Renders `report` as a complete HTML page. The page has no scripts and loads nothing else.
[[nodiscard]] std::string render_watch(const WatchReport& report, const WatchPageOptions& options);

/// The style sheet of the page, with the other directives of its Content-Security-Policy.
[[nodiscard]] const app::PageStyle& watch_style();

}  // namespace mastic::inspect
