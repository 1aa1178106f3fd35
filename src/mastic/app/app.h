// An application: anything that answers requests.

#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "mastic/app/handler.h"
#include "mastic/app/lifecycle.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

class App;
class RouteList;
struct AppLabel;

/// A type that builds an App, such as Router.
template <class Builder>
concept AppBuilder = requires(Builder builder) {
  { std::move(builder).build() } -> std::same_as<App>;
};

/// A callable that passes requests on and knows where each one ends, such as a router. `history_of`
/// returns the history of the route that a request leads to; `path` is the part of the request's
/// path that is left for this callable. `history_of` is called from any thread, also while user
/// code runs for that request.
template <class F>
concept LeadsOn = requires(const F& callable, const RequestFacts& facts, std::string_view path) {
  { callable.history_of(facts, path) } -> std::same_as<BlockingHistory&>;
};

/// A callable that can list its routes (route_list.h). It is asked before the first request.
template <class F>
concept ListsRoutes = requires(const F& callable, RouteList& list) {
  { callable.list_routes(list) } -> std::same_as<void>;
};

/// Anything that can be called with a request and returns what a handler may return: a function, a
/// static tree, a router, another application behind middleware. Each of these is an App, so they
/// compose in any order.
///
/// Contract: all loops may call an App at the same time, so what the App holds is read-only or
/// synchronized; a `mutable` lambda does not compile. The request and every view that it gives live
/// until the last piece of the answer has been pulled and the answer has been written, or until the
/// answer has been aborted. If there is an on_finish function, they live until it has been called.
/// An App answers exactly once, by returning. It never throws: an exception of its handler becomes
/// an answer (error_response.h).
///
/// When the client resets the connection, or at a deadline, awaits throw Cancelled and the stop
/// token fires; an answer that the App still returns is dropped. When the client only ends its side
/// of the connection, the token fires and the answer is sent. Code that waits for long can learn of
/// a drain before that (Request::draining).
class App {
 public:
  /// Makes an application from a handler: anything that can be called with (Request&) or () and
  /// returns an answer.
  template <class F>
    requires(!std::same_as<F, App> && !AppBuilder<F>)
  App(F handler) {
    constexpr bool kIsCalled = CalledWithRequest<F>;
    constexpr bool kAnswers = Handler<F>;
    static_assert(kIsCalled,
                  "an application is called with (Request&) or (), and is not `mutable`");
    if constexpr (kAnswers) {
      callee_ = std::make_shared<Callee<F>>(std::move(handler));
    } else if constexpr (kIsCalled) {
      using Result = TaskTraits<std::remove_cvref_t<detail::HandlerResult<F>>>::Value;
      // For a std::string_view, this call fails to compile first, with a message of its own.
      constexpr bool kIsUnknown = detail::shows_what_stays<Result>();
      static_assert(
          !kIsUnknown,
          "a handler returns text, a Status, a Body, a Response, what becomes JSON (a plain "
          "struct, "
          "a vector, a map, Json<T>), or a std::optional, a Result or a Task of one of these");
    }
  }
  /// Builds the application from a builder, such as a Router.
  template <AppBuilder Builder>
  App(Builder builder) : App(std::move(builder).build()) {}
  /// Makes an application from a plain handler that blocks: the handler is always called on a
  /// thread that may block.
  template <class F>
  App(Blocking, F handler) : App(std::move(handler)) {
    constexpr bool kIsPlain = !TaskTraits<std::remove_cvref_t<detail::HandlerResult<F>>>::value;
    static_assert(kIsPlain, "a Task does not block: it awaits run_blocking(f) for what does");
    callee_->history.mark_blocking();
  }
  /// Declares that the application never blocks. So loops run the application from its first
  /// request on, even while few threads are in reserve, except while its calls hold two threads
  /// (ADR 0017). All requests to the application share one BlockingHistory, even those that it
  /// passes on to other applications.
  [[nodiscard]] App quick() && {
    callee_->history.mark_quick();
    callee_->is_end = true;
    return std::move(*this);
  }

  /// Returns `put(inner)`, an application around `inner`. The result takes over the lifecycle of
  /// `inner`, and history_of of the result looks into `inner`.
  template <class Put>
  [[nodiscard]] static App around(App inner, Put&& put) {
    const std::shared_ptr<const AnyCallee> inside = inner.callee_;
    Lifecycle lifecycle = inner.take_lifecycle();
    App outer = std::forward<Put>(put)(std::move(inner));
    outer.add_lifecycle(std::move(lifecycle));
    if (outer.callee_ != inside && !outer.callee_->inner) outer.callee_->inner = inside;
    return outer;
  }

  [[nodiscard]] Task<Response> operator()(Request& request) const { return callee_->call(request); }

  // For the application that this one is put into, and for the server.

  /// The BlockingHistory of the route that the request matches. `path` is the rest of the request's
  /// path, as this application sees it. The call costs a look-up of the route.
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                            std::string_view path) const {
    return callee_->history_of(facts, path);
  }

  /// The hooks, background tasks and objects of the application.
  [[nodiscard]] const Lifecycle& lifecycle() const MASTIC_LIFETIMEBOUND {
    return callee_->lifecycle;
  }
  /// Moves the lifecycle out, for an application that is put into another one.
  [[nodiscard]] Lifecycle take_lifecycle() { return std::exchange(callee_->lifecycle, {}); }
  /// Adds hooks, background tasks and objects to those of this application.
  void add_lifecycle(Lifecycle lifecycle) { callee_->lifecycle.take(std::move(lifecycle)); }

  /// Says what a configuration file calls this application, for the list of its routes.
  void set_label(AppLabel label);
  /// Adds the routes of this application to `list`: those of the application inside it if it is
  /// middleware, or one line for any method and path if it does not know its routes.
  void list_routes(RouteList& list) const;
  /// Whether the handler of this application, inside its middleware, was declared to block. To be
  /// asked before the first request.
  [[nodiscard]] bool is_blocking() const;

 private:
  struct AnyCallee {
    virtual ~AnyCallee() = default;
    virtual Task<Response> call(Request& request) const = 0;
    [[nodiscard]] virtual BlockingHistory& history_of(const RequestFacts& facts,
                                                      std::string_view path) const {
      return is_end || inner == nullptr ? history : inner->history_of(facts, path);
    }
    virtual void list_routes(RouteList& list) const;
    void list(RouteList& list) const;
    mutable BlockingHistory history;
    bool is_end = false;                     ///< history_of looks no further than this
    std::shared_ptr<const AnyCallee> inner;  ///< the application inside of this one, if any
    Lifecycle lifecycle;
    std::shared_ptr<const AppLabel> label;  ///< null without a configuration file
  };
  template <class F>
  struct Callee final : AnyCallee {
    explicit Callee(F f) : callable(std::move(f)) {}
    Task<Response> call(Request& request) const override {
      return call_handler(callable, this->history, request);
    }
    [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                              std::string_view path) const override {
      if constexpr (LeadsOn<F>) {
        if (!this->is_end) return callable.history_of(facts, path);
      }
      return AnyCallee::history_of(facts, path);
    }
    void list_routes(RouteList& list) const override {
      if constexpr (ListsRoutes<F>)
        callable.list_routes(list);
      else
        AnyCallee::list_routes(list);
    }
    F callable;
  };
  std::shared_ptr<AnyCallee> callee_;
};

}  // namespace mastic::app
