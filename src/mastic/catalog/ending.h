// How a service ends: gently at a signal, at once at the second, and in time whatever hangs (ADR 0019).

#pragma once

#include <mutex>
#include <string_view>

#include "mastic/base/units.h"
#include "mastic/catalog/logs.h"
#include "mastic/catalog/service.h"
#include "mastic/server/server.h"
#include "mastic/threads/signals.h"

namespace mastic::catalog {

/// Takes SIGTERM, SIGINT and SIGHUP while it stands, on a thread that waits for nobody: not for the
/// main thread, which makes the site, calls its hooks and destroys it, and not for a log. So there is
/// somebody to end the process, without what hangs, when the time is up: `drain_timeout` and a second
/// after the first signal, a second after another one, or after the first when nothing is served yet.
class Ending final : private threads::SignalReceiver {
 public:
  /// Throws std::system_error when the system has no thread for it. `logs` must outlive it.
  Ending(Logs& logs, base::Duration drain_timeout);

  /// The server has started: it is drained at the first signal and aborted at the second, or now when
  /// they have come already.
  void serves(server::Server& server);
  /// All requests and background tasks have ended.
  void settled() noexcept;
  /// It is about to go.
  void serves_no_more() noexcept;
  /// Drains the server, for it has lost too many threads; the exit code says so. From any thread. The
  /// first signal after it changes nothing, for it asks for the same.
  void recycle() noexcept;

  [[nodiscard]] ExitCode exit_code() const;

 private:
  void received(int signal) noexcept override;
  void expired() noexcept override;
  // These have the lock.
  void end() noexcept;
  void hurry() noexcept;
  [[nodiscard]] std::string_view what_hangs() const noexcept;

  Logs& logs_;
  base::Log& log_;
  const base::Duration drain_timeout_;
  mutable std::mutex mutex_;  ///< of what follows; nobody waits under it
  server::Server* server_ = nullptr;
  bool has_served_ = false;
  bool is_settled_ = false;
  bool ending_ = false;
  bool hurries_ = false;  ///< for a second signal; those after it change nothing
  int signal_ = 0;        ///< the last that ends; 0 when none has come
  ExitCode exit_code_ = ExitCode::Ended;
  threads::Signals signals_;  ///< goes first
};

}  // namespace mastic::catalog
