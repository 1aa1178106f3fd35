// Applications for trying out a site: one that shows what it was sent, and one that is slow.

#pragma once

#include <cstdint>

#include "mastic/app/app.h"
#include "mastic/base/options.h"

namespace mastic::catalog {

/// The settings of echo.
struct EchoOptions {
  /// How much of the content of a request is shown. Beyond it: the rest is left out.
  std::uint64_t max_shown_bytes = 16 << 10;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
};

/// Makes an application that answers every request with what it was sent: method, target, where it
/// is mounted, the rest of the path, the client, fields and content; as text, or as JSON for clients
/// that prefer it. Values that look like credentials are blanked out, but content is shown as it is,
/// so it is for tests and development.
[[nodiscard]] app::App echo(EchoOptions options = {});

/// The settings of slow.
struct SlowOptions {
  /// How long an answer takes.
  base::Duration delay = std::chrono::seconds(1);
  /// Hold a thread while waiting, as code does that waits for a disk or a database.
  bool blocking = false;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
};

/// Makes an application that answers after a while. It shows what the thread watch shows, how a loop
/// that is held goes to another thread, and what timeouts and a drain do. It ends early when its
/// request is cancelled.
[[nodiscard]] app::App slow(SlowOptions options = {});

}  // namespace mastic::catalog
