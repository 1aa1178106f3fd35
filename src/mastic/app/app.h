// An application: whatever answers requests.

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

/// What becomes an App when it is complete: a router.
template <class Builder>
concept AppBuilder = requires(Builder builder) {
  { std::move(builder).build() } -> std::same_as<App>;
};

/// What knows where a request goes that it is called with: a router. `path` is what is left of the
/// request's for it. Called from any thread, also while user code runs for that request.
template <class F>
concept LeadsOn = requires(const F& callable, const RequestFacts& facts, std::string_view path) {
  { callable.history_of(facts, path) } -> std::same_as<BlockingHistory&>;
};

/// Anything that can be called with a request and returns what a handler may return: a function, a
/// static tree, a router, another application behind middleware. They all compose, for each is an
/// App.
///
/// Contract: called by every loop at once, so what it holds is read-only or synchronized; a handler
/// with a `mutable` lambda does not compile. The request, and every view it gives, lives until the
/// answer is written, which is after its last piece was pulled, or was aborted; with an on_finish,
/// until that was called. It answers exactly once, by returning. An App never throws: what
/// its handler throws becomes an answer (error_response.h). When the client resets the
/// connection, or at a deadline, its awaits throw Cancelled and its stop token fires; an answer
/// that it still returns is dropped. When the client only ends its side the token fires, and the
/// answer is sent. What waits for long hears of a drain before that (Request::draining).
class App {
 public:
  /// Makes an application of a handler: whatever is called with (Request&) or (), and returns an
  /// answer.
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
      constexpr bool kIsUnknown =
          detail::shows_what_stays<Result>();  // a view has been refused by now
      static_assert(
          !kIsUnknown,
          "a handler returns text, a Status, a Body, a Response, what becomes JSON (a plain "
          "struct, "
          "a vector, a map, Json<T>), or a std::optional, a Result or a Task of one of these");
    }
  }
  /// Makes an application of a builder, such as a Router, which is complete with that.
  template <AppBuilder Builder>
  App(Builder builder) : App(std::move(builder).build()) {}
  /// A plain handler that blocks: it is always called on a thread that may.
  template <class F>
  App(Blocking, F handler) : App(std::move(handler)) {
    constexpr bool kIsPlain = !TaskTraits<std::remove_cvref_t<detail::HandlerResult<F>>>::value;
    static_assert(kIsPlain, "a Task does not block: it awaits run_blocking(f) for what does");
    callee_->history.mark_blocking();
  }
  /// It never blocks: while few threads stand by it is entered although it was not seen to be quick,
  /// and counts as one, whatever it leads to.
  [[nodiscard]] App quick() && {
    callee_->history.mark_quick();
    callee_->is_end = true;
    return std::move(*this);
  }

  /// What `put` makes of `inner`, and stands around it: it is started and stopped as that was to
  /// be, and requests go on to it.
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

  // For what it is put into, and for its server.

  /// How the route fares that a request for the rest of its path, `path`, ends at. Costs a look-up.
  [[nodiscard]] BlockingHistory& history_of(const RequestFacts& facts,
                                            std::string_view path) const {
    return callee_->history_of(facts, path);
  }

  /// What is to be started and stopped with it.
  [[nodiscard]] const Lifecycle& lifecycle() const MASTIC_LIFETIMEBOUND {
    return callee_->lifecycle;
  }
  /// Moves out what is to be started and stopped, for an application that is put into another one.
  [[nodiscard]] Lifecycle take_lifecycle() { return std::exchange(callee_->lifecycle, {}); }
  /// Adds what is to be started and stopped with this application.
  void add_lifecycle(Lifecycle lifecycle) { callee_->lifecycle.take(std::move(lifecycle)); }

 private:
  struct AnyCallee {
    virtual ~AnyCallee() = default;
    virtual Task<Response> call(Request& request) const = 0;
    [[nodiscard]] virtual BlockingHistory& history_of(const RequestFacts& facts,
                                                      std::string_view path) const {
      return is_end || inner == nullptr ? history : inner->history_of(facts, path);
    }
    mutable BlockingHistory history;
    bool is_end = false;                     ///< requests are not followed any further
    std::shared_ptr<const AnyCallee> inner;  ///< what it stands around, which may hold it too
    Lifecycle lifecycle;
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
    F callable;
  };
  std::shared_ptr<AnyCallee> callee_;
};

}  // namespace mastic::app
