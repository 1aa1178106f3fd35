// Where in an application a request is: what mounts have taken of its path, its route with its
// values, and the routers around it.
//
//     route_state(request).enter_mount(prefix.size());
//
// For routers and mounts, and for those who ask routers for pages and names. Handlers see what they
// need of it in Request.

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

class RouteState {
 public:
  RouteState() = default;
  RouteState(const RouteState&) = delete;
  RouteState& operator=(const RouteState&) = delete;

  // ---- mounts ----

  /// The next `bytes` of the path belong to a mount.
  void enter_mount(std::size_t bytes) { mounted_bytes_ += bytes; }
  void leave_mount(std::size_t bytes) { mounted_bytes_ -= bytes; }
  /// How many bytes of the path the mounts around have taken together.
  [[nodiscard]] std::size_t mounted_bytes() const { return mounted_bytes_; }

  // ---- the route ----

  /// `pattern` stands below what mounts have taken so far. It has to live as long as the exchange.
  void set_route(std::string_view pattern) {
    pattern_ = pattern;
    pattern_begins_at_ = mounted_bytes_;
  }
  /// The pattern, and how many bytes of the path stand before it; empty while no route was taken.
  [[nodiscard]] std::pair<std::size_t, std::string_view> route() const {
    return {pattern_begins_at_, pattern_};
  }
  /// Puts what mounts have taken of `path` before the pattern, once, and returns the two as one.
  std::string_view join_route(std::string_view path, base::Arena& memory);
  /// `values` are in the order of the pattern, and have to live as long as the exchange.
  void set_values(std::span<const PathValue> values) { values_ = values; }
  [[nodiscard]] std::span<const PathValue> values() const { return values_; }

  // ---- routers ----

  /// `router` lives until it is left. Its frame stands in `memory`, the exchange's.
  void enter_router(const RouterContext& router, base::Arena& memory) {
    routers_ = memory.make<RouterFrame>(&router, mounted_bytes_, routers_);
  }
  void leave_router() { routers_ = routers_->outer; }
  /// The routers that the request is in, the innermost first.
  [[nodiscard]] const RouterFrame* routers() const { return routers_; }
  /// The first router to ask for a page or an answer: while one of them is making one, the router
  /// around that, so that a page that meets an error does not ask for itself.
  [[nodiscard]] const RouterFrame* first_to_ask() const {
    return asked_ != nullptr ? asked_->outer : routers_;
  }
  /// While the router of `frame` makes an error page or an answer: it is not asked again, and names
  /// are looked for from it outwards.
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
