// Middleware: a function from an App to an App. Three ways to write one.
//
//     App wrapped(App inner);                                     a wrapper
//
//     Task<Response> timing(Request& request, Next next) {        around
//       Response response = co_await next(request);
//       co_return std::move(response.set("X-App", "1"));
//     }
//
//     struct Tag {                                                before and after, either or both
//       std::optional<Response> before(Request&) const;           answers here if it returns one
//       void after(Request&, Response&) const;                    or a Task<>, which may wait
//     };
//
// A pair whose `after` is not a task costs only its two calls, unless the handler below waits.
//
// The head of an answer is sent when all layers have returned. So whatever an `after` does or waits
// for, and whatever an around does or waits for after its `next`, is done before the client hears
// of success. If either throws, the client gets an answer to that exception instead (ADR 0027). So
// this is the place to commit a transaction or to store a session.

#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "mastic/app/app.h"

namespace mastic::app {

/// The application below a middleware, to call with the request.
class Next {
 public:
  /// Made by the caller of a middleware; `app` must outlive it.
  explicit Next(const App& app) : app_(&app) {}
  [[nodiscard]] Task<Response> operator()(Request& request) const { return (*app_)(request); }

 private:
  const App* app_;
};

/// A middleware in its first form: called with an App, it returns an App.
template <class M>
concept Wrapper = requires(M middleware, App app) {
  { middleware(std::move(app)) } -> std::convertible_to<App>;
};
/// A middleware in its second form: called with (Request&, Next), it returns a Task<Response>.
template <class M>
concept Around = requires(const M& middleware, Request& request, Next next) {
  { middleware(request, next) } -> std::same_as<Task<Response>>;
};
/// A middleware with `std::optional<Response> before(Request&) const`.
template <class M>
concept HasBefore = requires(const M& middleware, Request& request) {
  { middleware.before(request) } -> std::same_as<std::optional<Response>>;
};
/// A middleware with `void after(Request&, Response&) const`.
template <class M>
concept HasPlainAfter = requires(const M& middleware, Request& request, Response& response) {
  { middleware.after(request, response) } -> std::same_as<void>;
};
/// A middleware with `Task<> after(Request&, Response&) const`, which may wait.
template <class M>
concept HasWaitingAfter = requires(const M& middleware, Request& request, Response& response) {
  { middleware.after(request, response) } -> std::same_as<Task<>>;
};
/// A middleware with an `after` of either form.
template <class M>
concept HasAfter = HasPlainAfter<M> || HasWaitingAfter<M>;

/// A type with a member `before`, whatever the type of the member. A `before` of the wrong type
/// does not compile: ignoring it could leave out a layer that protects something.
template <class M>
concept NamesBefore = requires { &M::before; };
/// A type with a member `after`, whatever the type of the member.
template <class M>
concept NamesAfter = requires { &M::after; };

namespace detail {

/// Waits for the answer from below, then passes it to `after`. (Not a template; see handler.h.)
[[nodiscard]] Task<Response> respond_after(Request& request, Task<Response> below,
                                           const void* middleware,
                                           void (*after)(const void*, Request&, Response&));
/// Waits for the answer from below, then for the task that `after` returns.
[[nodiscard]] Task<Response> respond_after(Request& request, Task<Response> below,
                                           const void* middleware,
                                           Task<> (*after)(const void*, Request&, Response&));

template <class M>
Task<Response> call_pair(const M& middleware, Request& request, const App& below) {
  if constexpr (HasBefore<M>) {
    if (std::optional<Response> answer = middleware.before(request)) return *std::move(answer);
  }
  Task<Response> task = below(request);
  if constexpr (HasWaitingAfter<M>) {
    return respond_after(request, std::move(task), &middleware,
                         [](const void* kept, Request& done, Response& response) {
                           return static_cast<const M*>(kept)->after(done, response);
                         });
  } else if constexpr (HasPlainAfter<M>) {
    if (!task.is_done()) {
      return respond_after(request, std::move(task), &middleware,
                           [](const void* kept, Request& done, Response& response) {
                             static_cast<const M*>(kept)->after(done, response);
                           });
    }
    if (task.holds_value()) {  // changed where it is: moving a response costs more than a filter
      middleware.after(request, task.value());
      return task;
    }
    Response response = task.take();
    middleware.after(request, response);
    return response;
  } else {
    return task;
  }
}

}  // namespace detail

namespace detail {

/// Puts `middleware` around `app`, and moves it there if it is kept.
template <class M>
[[nodiscard]] App put_around(M& middleware, App app) {
  if constexpr (Wrapper<M>) {
    return middleware(std::move(app));
  } else if constexpr (Around<M>) {
    return App([middleware = std::move(middleware), app = std::move(app)](Request& request) {
      return middleware(request, Next(app));
    });
  } else {
    static_assert(HasBefore<M> || !NamesBefore<M>,
                  "`before` has to be `std::optional<Response> before(Request&) const`");
    static_assert(HasAfter<M> || !NamesAfter<M>,
                  "`after` has to be `void after(Request&, Response&) const`, or to return Task<>");
    static_assert(NamesBefore<M> || NamesAfter<M>,
                  "a middleware is called with (App) or (Request&, Next), or has the members "
                  "`std::optional<Response> before(Request&) const` and "
                  "`void after(Request&, Response&) const`, one of them or both");
    return App([middleware = std::move(middleware), app = std::move(app)](Request& request) {
      return call_pair(middleware, request, app);
    });
  }
}

}  // namespace detail

/// Puts `middleware`, in any of the three forms, around `app`. The result takes over the lifecycle
/// of `app`.
template <class M>
[[nodiscard]] App wrap(M middleware, App app) {
  // A pointer to a function does not tell which function it is; what that returns may have a name.
  const std::type_info* const made_by = std::is_class_v<M> ? &typeid(M) : nullptr;
  return App::around(
      std::move(app), [&](App inner) { return detail::put_around(middleware, std::move(inner)); },
      made_by);
}

/// Keeps a middleware of any form until there is an App to put it around.
class Middleware {
 public:
  /// Takes a middleware in any of the three forms. Any other type does not compile, and the message
  /// says what a middleware looks like.
  template <class M>
    requires(!std::same_as<M, Middleware>)
  Middleware(M middleware) : layer_(std::make_unique<Layer<M>>(std::move(middleware))) {}

  /// Puts the middleware around `app`. This operator can be called only once.
  [[nodiscard]] App operator()(App app) { return layer_->wrap_around(std::move(app)); }

 private:
  struct AnyLayer {
    virtual ~AnyLayer() = default;
    virtual App wrap_around(App app) = 0;
  };
  template <class M>
  struct Layer final : AnyLayer {
    explicit Layer(M m) : middleware(std::move(m)) {}
    App wrap_around(App app) override { return wrap(std::move(middleware), std::move(app)); }
    M middleware;
  };
  std::unique_ptr<AnyLayer> layer_;
};

}  // namespace mastic::app
