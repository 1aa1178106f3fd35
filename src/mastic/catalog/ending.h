// How a service ends: gracefully at the first signal, at once at the second, and in time even when
// something hangs (ADR 0019).

#pragma once

#include <mutex>
#include <string_view>

#include "mastic/base/units.h"
#include "mastic/catalog/logs.h"
#include "mastic/catalog/service.h"
#include "mastic/server/server.h"
#include "mastic/threads/signals.h"

namespace mastic::catalog {

/// Handles SIGTERM, SIGINT and SIGHUP while it exists, and ends the process in time.
///
/// An Ending runs on a thread of its own (threads::Signals), which never waits for a log or for the
/// main thread; the main thread makes the site, calls its hooks and destroys it, and any of these
/// steps may hang. When the time is up, the process exits, whatever hangs. The time is up
/// `drain_timeout` plus one second after the first signal, and one second after the second signal.
/// Before anything is served, the time is up one second after the first signal.
class Ending final : private threads::SignalReceiver {
 public:
  /// Begins to handle signals. Throws std::system_error when the system has no thread for that.
  /// `logs` must outlive this object.
  Ending(Logs& logs, base::Duration drain_timeout);

  /// Announces that the server has started. From now on the first signal drains the server and the
  /// second signal aborts it; signals that have come already take effect at once. Call it on the
  /// main thread.
  void serves(server::Server& server);
  /// Announces that all requests and background tasks have ended. Callable from any thread.
  /// Afterwards only a hook or a destructor can hang, and if one does, the last message of the log
  /// says so.
  void settled() noexcept;
  /// Announces that the server is about to be destroyed: signals no longer reach the server.
  void serves_no_more() noexcept;
  /// Drains the server because it has lost too many threads; `exit_code` is then Recycle. Callable
  /// from any thread. The first signal after this call changes nothing, because it asks for the
  /// same end.
  void recycle() noexcept;

  /// The code that the process exits with when nothing hangs.
  [[nodiscard]] ExitCode exit_code() const;

 private:
  void received(int signal) noexcept override;
  void expired() noexcept override;
  // Requires: mutex_ is held.
  void end() noexcept;
  void hurry() noexcept;
  [[nodiscard]] std::string_view what_hangs() const noexcept;

  Logs& logs_;
  base::Log& log_;
  const base::Duration drain_timeout_;
  mutable std::mutex mutex_;  ///< guards the members below; held only briefly
  server::Server* server_ = nullptr;
  bool has_served_ = false;
  bool is_settled_ = false;
  bool ending_ = false;
  bool hurries_ = false;  ///< a second signal has come; later ones change nothing
  int signal_ = 0;        ///< the last SIGTERM or SIGINT; 0 before the first
  ExitCode exit_code_ = ExitCode::Ended;
  threads::Signals signals_;  ///< destroyed first, because its thread uses the other members
};

}  // namespace mastic::catalog
