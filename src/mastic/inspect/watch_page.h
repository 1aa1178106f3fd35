// A WatchReport for people.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/app/page_style.h"
#include "mastic/inspect/watch_report.h"

namespace mastic::inspect {

struct WatchPageOptions {
  bool cancel_buttons = false;
  std::uint32_t refresh_seconds = 0;  ///< 0: it stays as it is
  std::string_view stacks;            ///< as in the query, which links keep
};

/// A whole page, without scripts and without anything from elsewhere.
[[nodiscard]] std::string render_watch(const WatchReport& report, const WatchPageOptions& options);

/// Its style, with what else its policy says.
[[nodiscard]] const app::PageStyle& watch_style();

}  // namespace mastic::inspect
