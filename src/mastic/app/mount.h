// Mounts: what Router and UrlMap have in common to pass requests to applications below a prefix of
// the path.
//
//     if (takes_path(prefix, request.path())) return call_below(app, prefix.size(), request);

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/app/route_state.h"

namespace mastic::app {

/// Brings a prefix such as "/docs/" into the form in which it is compared with paths: "/docs", and
/// empty for the root. Returns nothing when it does not begin with '/' or has names or escapes.
[[nodiscard]] std::optional<std::string> normalize_prefix(std::string_view prefix);

/// Whether a mount at `prefix` takes a path: "/docs" takes "/docs" and "/docs/x", but not "/docsx".
/// Requires: `prefix` is not empty.
[[nodiscard]] inline bool takes_path(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

/// Leaves a mount or a router once: by `leave`, or when this object is destroyed with the task that
/// holds it. That task may be dropped before it ends, or even before it begins.
class Leaving {
 public:
  /// Leaves the mount that took `mounted_bytes` of the path.
  Leaving(RouteState& state, std::size_t mounted_bytes)
      : state_(&state), mounted_bytes_(mounted_bytes) {}
  /// Leaves a router.
  explicit Leaving(RouteState& state) : Leaving(state, 0) {}
  Leaving(Leaving&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)), mounted_bytes_(other.mounted_bytes_) {}
  Leaving& operator=(Leaving&&) = delete;
  ~Leaving() { leave(); }

  void leave() {
    RouteState* const state = std::exchange(state_, nullptr);
    if (state == nullptr) return;
    mounted_bytes_ > 0 ? state->leave_mount(mounted_bytes_) : state->leave_router();
  }

 private:
  RouteState* state_;
  std::size_t mounted_bytes_;
};

/// Waits for `task`, then leaves what `leaving` is for, also when it is cancelled.
[[nodiscard]] Task<Response> leave_later(Leaving leaving, Task<Response> task);

/// Calls `app`, which takes `prefix_bytes` of the path: while it runs, request.path() begins after
/// them. An answer that is ready at once costs no coroutine.
[[nodiscard]] Task<Response> call_below(const App& app, std::size_t prefix_bytes, Request& request);

}  // namespace mastic::app
