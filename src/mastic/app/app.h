// An application: anything that answers requests.

#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <type_traits>
#include <typeinfo>
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
    return around(std::move(inner), std::forward<Put>(put), nullptr);
  }
  /// Does the same for a middleware of the type `made_by`, which names the layer
  /// (Watched::type). Null leaves the layer the name of its function.
  template <class Put>
  [[nodiscard]] static App around(App inner, Put&& put, const std::type_info* made_by) {
    const std::shared_ptr<const AnyCallee> inside = inner.callee_;
    Lifecycle lifecycle = inner.take_lifecycle();
    App outer = std::forward<Put>(put)(std::move(inner));
    outer.add_lifecycle(std::move(lifecycle));
    if (outer.callee_ == inside) return outer;
    if (!outer.callee_->inner) outer.callee_->inner = inside;
    if (made_by != nullptr) outer.callee_->type = made_by;
    return outer;
  }

  [[nodiscard]] Task<Response> operator()(Request& request) const {
    // Dereferencing the pointer would check it for null once more in each call.
    const AnyCallee* const callee = callee_.get();
    return callee->enter.load(std::memory_order_relaxed)(*callee, request);
  }

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

  /// Whether both are the same application: a filter may return the one that it was given.
  [[nodiscard]] bool is_same_as(const App& other) const { return callee_ == other.callee_; }
  /// Says what a configuration file calls this application, for the list of its routes and for
  /// Lint.
  void set_label(AppLabel label);
  /// Adds the routes of this application to `list`: those of the application inside it if it is
  /// middleware, or one line for any method and path if it does not know its routes.
  void list_routes(RouteList& list) const;
  /// Whether the handler of this application, inside its middleware, was declared to block. To be
  /// asked before the first request.
  [[nodiscard]] bool is_blocking() const;

  class Watched;
  /// A function that is called in place of an application, and calls it.
  using Watch = Task<Response> (*)(Watched app, Request& request);
  /// From now on, `instead` is called in place of this application and of each application inside of
  /// it: those in middleware, behind routes and at mounts, as far as they can be listed
  /// (ListsRoutes). For checks in tests and development: calls that are not watched cost nothing
  /// for it. To be called before the first request.
  void watch(Watch instead) const;

 private:
  struct AnyCallee {
    using Enter = Task<Response> (*)(const AnyCallee&, Request&);
    AnyCallee(Enter plain_call, const std::type_info& made_of)
        : enter(plain_call), plain(plain_call), type(&made_of) {}
    virtual ~AnyCallee() = default;
    /// Calls the watch.
    static Task<Response> enter_watched(const AnyCallee& callee, Request& request);
    [[nodiscard]] virtual BlockingHistory& history_of(const RequestFacts& facts,
                                                      std::string_view path) const {
      return is_end || inner == nullptr ? history : inner->history_of(facts, path);
    }
    virtual void list_routes(RouteList& list) const;
    void list(RouteList& list) const;
    mutable std::atomic<Enter> enter;  ///< `plain`, or a call of `watch`
    const Enter plain;                 ///< calls the callable itself
    mutable std::atomic<Watch> watch{nullptr};
    const std::type_info* type;  ///< of the callable, or of the middleware that has made it
    mutable BlockingHistory history;
    bool is_choice = false;                  ///< whether the callable is ListsRoutes
    bool is_end = false;                     ///< history_of looks no further than this
    std::shared_ptr<const AnyCallee> inner;  ///< the application inside of this one, if any
    Lifecycle lifecycle;
    std::shared_ptr<const AppLabel> label;  ///< null without a configuration file
  };
  template <class F>
  struct Callee final : AnyCallee {
    explicit Callee(F f) : AnyCallee(&enter_plain, typeid(F)), callable(std::move(f)) {
      this->is_choice = ListsRoutes<F>;
    }
    static Task<Response> enter_plain(const AnyCallee& callee, Request& request) {
      return call_handler(static_cast<const Callee&>(callee).callable, callee.history, request);
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

/// An application that is watched: what it is, and its call. It refers to the application, which
/// has to outlive it.
class App::Watched {
 public:
  /// Calls the application itself.
  [[nodiscard]] Task<Response> operator()(Request& request) const {
    return callee_->plain(*callee_, request);
  }
  /// The type of the middleware or of the function that answers.
  [[nodiscard]] const std::type_info& type() const { return *callee_->type; }
  /// Whether there is another application inside of it, as there is in middleware.
  [[nodiscard]] bool is_middleware() const { return callee_->inner != nullptr; }
  /// Whether it is middleware around `other` and directly so.
  [[nodiscard]] bool is_around(const Watched& other) const {
    return callee_->inner.get() == other.callee_;
  }
  /// Whether it passes requests to one of several applications, as a router does (ListsRoutes).
  [[nodiscard]] bool is_choice() const { return callee_->is_choice; }
  /// What a configuration file says of it; null without one.
  [[nodiscard]] const AppLabel* label() const { return callee_->label.get(); }
  [[nodiscard]] friend bool operator==(const Watched&, const Watched&) = default;

 private:
  friend App;
  explicit Watched(const AnyCallee& callee) : callee_(&callee) {}

  const AnyCallee* callee_;
};

}  // namespace mastic::app
