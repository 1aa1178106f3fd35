// Where in an application a request is: what mounts have taken of its path, its route with its
// values, and the routers around it.
//
//     route_state(request).enter_mount(prefix.size());
//
// For routers and mounts, and for code that asks routers for pages and names. Handlers find what
// they need of this in Request.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "mastic/app/path_text.h"
#include "mastic/app/router_context.h"
#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

/// What routers and mounts keep in a request.
class RouteState {
 public:
  RouteState() = default;
  RouteState(const RouteState&) = delete;
  RouteState& operator=(const RouteState&) = delete;

  /// Begins where `outer` is: below the same mounts, in the same routers.
  void begin_in(const RouteState& outer) {
    mounted_bytes_ = outer.mounted_bytes_;
    routers_ = outer.routers_;
    asked_ = outer.asked_;
  }

  // ---- mounts ----

  /// Notes that a mount takes the next `bytes` bytes of the path.
  void enter_mount(std::size_t bytes) { mounted_bytes_ += bytes; }
  /// Notes that the request leaves the mount that took `bytes` bytes.
  void leave_mount(std::size_t bytes) { mounted_bytes_ -= bytes; }
  /// How many bytes of the path the mounts around the request have taken together.
  [[nodiscard]] std::size_t mounted_bytes() const { return mounted_bytes_; }

  // ---- the route ----

  /// Sets the pattern of the route, which begins where the mounts so far end. The text of the
  /// pattern has to live as long as the exchange.
  void set_route(std::string_view pattern) {
    pattern_ = pattern;
    pattern_begins_at_ = mounted_bytes_;
  }
  /// How many bytes of the path come before the pattern, and the pattern, which is empty while no
  /// route was taken.
  [[nodiscard]] std::pair<std::size_t, std::string_view> route() const {
    return {pattern_begins_at_, pattern_};
  }
  /// Returns the part of `path` that mounts have taken and, after it, the pattern as one text. The
  /// first call joins the two in `memory`; later calls return the same text.
  std::string_view join_route(std::string_view path, base::Arena& memory);
  /// Sets the values of the route, in the order of its pattern. They have to live as long as the
  /// exchange.
  void set_values(std::span<const PathValue> values) { values_ = values; }
  /// The values of the route, in the order of its pattern.
  [[nodiscard]] std::span<const PathValue> values() const { return values_; }

  /// The route and its values.
  struct Taken {
    std::string_view pattern;
    std::size_t pattern_begins_at = 0;
    std::span<const PathValue> values;
  };
  /// The route so far, to return to it when the answer of an application is discarded.
  [[nodiscard]] Taken taken() const { return {pattern_, pattern_begins_at_, values_}; }
  /// Returns to an earlier route.
  void return_to(const Taken& earlier) {
    pattern_ = earlier.pattern;
    pattern_begins_at_ = earlier.pattern_begins_at;
    values_ = earlier.values;
  }

  // ---- routers ----

  /// Notes that `router` handles the request from now on. `router` must live until the request
  /// leaves it. The frame is allocated in `memory`, which must be that of the exchange.
  void enter_router(const RouterContext& router, base::Arena& memory) {
    routers_ = memory.make<RouterFrame>(&router, mounted_bytes_, routers_);
  }
  /// Notes that the innermost router was left.
  void leave_router() { routers_ = routers_->outer; }
  /// The routers that the request is in, the innermost first.
  [[nodiscard]] const RouterFrame* routers() const { return routers_; }
  /// The first router to ask for an error page or an answer. While a router is making a page or an
  /// answer, the first to ask is the router around it, so that a page that fails is not asked for
  /// again.
  [[nodiscard]] const RouterFrame* first_to_ask() const {
    return asked_ != nullptr ? asked_->outer : routers_;
  }
  /// Exists while the router of `frame` makes an error page or an answer. Meanwhile that router is
  /// not asked again, and names of routes are looked for in that router and in the routers around
  /// it.
  class Asking {
   public:
    Asking(RouteState& state, const RouterFrame& frame MASTIC_LIFETIMEBOUND)
        : state_(state), routers_(state.routers_), asked_(state.asked_) {
      state.routers_ = state.asked_ = &frame;
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() {
      state_.routers_ = routers_;
      state_.asked_ = asked_;
    }

   private:
    RouteState& state_;
    const RouterFrame* routers_;
    const RouterFrame* asked_;
  };

 private:
  std::size_t mounted_bytes_ = 0;
  std::span<const PathValue> values_;
  const RouterFrame* routers_ = nullptr;
  const RouterFrame* asked_ = nullptr;
  std::string_view pattern_;
  std::size_t pattern_begins_at_ = 0;
};

}  // namespace mastic::app
