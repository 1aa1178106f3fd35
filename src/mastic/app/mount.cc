#include "mastic/app/mount.h"

#include "mastic/http/target.h"

namespace mastic::app {

std::optional<std::string> normalize_prefix(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty()) return std::string();
  const bool is_plain = prefix.starts_with('/') && prefix.find_first_of("{}%?#") == prefix.npos;
  if (!is_plain) return std::nullopt;
  std::string path = encode_literal(prefix);
  const auto normal = http::normalize_path(path);
  if (!normal) return std::nullopt;
  path = normal->value_or(path);
  while (path.ends_with('/')) path.pop_back();  // as "/docs/." is
  return path;
}

Task<Response> leave_later(Leaving leaving, Task<Response> task) {
  Response response = co_await std::move(task);
  leaving.leave();
  co_return response;
}

Task<Response> call_below(const App& app, std::size_t prefix_bytes, Request& request) {
  if (prefix_bytes == 0) return app(request);
  RouteState& state = route_state(request);
  state.enter_mount(prefix_bytes);
  Leaving leaving(state, prefix_bytes);
  Task<Response> task = app(request);
  if (!task.is_done()) return leave_later(std::move(leaving), std::move(task));
  return task;
}

}  // namespace mastic::app
