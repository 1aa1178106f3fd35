// Handlers that take what they need as parameters: the values of their route, in order, and the
// request.
//
//     site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) { ... });
//     site.get<"/files/{path...}">([](Request& request, std::string path) -> Task<Response> { ... });
//
// For a value that the handler's type cannot hold, the route does not match.

#pragma once

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/app/request.h"
#include "mastic/base/fixed_text.h"
#include "mastic/routing/handler_arguments.h"
#include "mastic/routing/path_type.h"
#include "mastic/routing/route_pattern.h"

namespace mastic::routing {

using app::App;
using app::AppBuilder;
using app::Handler;
using app::Request;
using app::Response;
using app::Task;

namespace detail {

// These say in plain words what is wrong with a handler, before a template deeper down fails.

template <class F>
consteval void check_handler() {
  static_assert(Parameters<F>::kAreKnown,
                "a handler is a function whose parameters have types: no `auto`, no overloads");
  static_assert(!Parameters<F>::kAreOfMutable,
                "a handler must not be `mutable`: several threads call it at once");
}
template <class P>
consteval void check_parameter() {
  constexpr bool kByReference = std::is_reference_v<P> && !kIsRequest<P>;
  static_assert(!kByReference,
                "a handler takes path values by value, and only the Request by reference");
  constexpr bool kCheckedWhole = kIsCheckedWhole<std::remove_cv_t<P>>;
  static_assert(
      kByReference || !kCheckedWhole,
      "Checked takes a Json, Query or Form: take a Header or Cookie as optional text, and "
      "check it yourself");
  static_assert(
      kFits<P> || kByReference || kCheckedWhole || !kIsHolder<P>,
      "Json, Query and Form hold a plain struct: public fields, no constructors; Json also "
      "holds a type that has a JsonType");
  static_assert(kFits<P> || kByReference || kCheckedWhole || kIsHolder<P>,
                "a handler's parameter is a Request&, a path value (text, a whole number, a Uuid, "
                "a type with kPathType and from_path), a Query, Json or Form of a plain struct, a "
                "Header, a Cookie, the Body, or a type with a FromRequest");
}

}  // namespace detail

/// A handler that takes no values of its route, so that it is an application already.
template <class F>
concept PlainHandler =
    std::same_as<F, App> || AppBuilder<F> || (detail::Parameters<F>::kAreKnown && Handler<F>);

/// A handler whose parameters are path values and, at any position, a `Request&` and types that can
/// be taken from it (from_request.h). Its result is one that handler.h allows.
template <class F>
class RouteHandler {
  using Parameters = detail::Parameters<F>;
  using Arguments = HandlerArguments<typename Parameters::List>;
  static constexpr auto kAll = Arguments::kAll;

  static constexpr auto make_matchers() {
    detail::check_handler<F>();
    []<class... P>(std::type_identity<std::tuple<P...>>) {
      (detail::check_parameter<P>(), ...);
      static_assert((0 + ... + (detail::kTakesContent<P> ? 1 : 0)) <= 1,
                    "a handler takes the content of its request once: one Json, Form or Body");
    }(std::type_identity<typename Parameters::List>());
    return Arguments::matchers();
  }

 public:
  /// Whether the handler can be called. If it cannot, the assertions above have said why, and the
  /// call operator does nothing, so that there is no second error.
  static constexpr bool kFits =
      Parameters::kAreKnown && !Parameters::kAreOfMutable && Arguments::fit();
  /// The matchers of the values' types, in the order of the pattern.
  static constexpr auto kMatchers = make_matchers();

  /// Makes a RouteHandler of the handler `function`.
  explicit RouteHandler(F function) : function_(std::move(function)) {}

  /// Calls the handler. A handler that is a task and takes content is called after the content has
  /// arrived. For a plain handler, App does the waiting.
  auto operator()(Request& request) const {
    if constexpr (!kFits) {
      return Response();
    } else if constexpr (Arguments::need_content() && returns_task(kAll)) {
      if (app::has_content<RouteHandler>(request)) return respond(request);
      const auto respond_to = [](const void* self, Request& whole) {
        return static_cast<const RouteHandler*>(self)->respond(whole);
      };
      return app::respond_when_gathered(request, this, respond_to,
                                        app::kGatherContent<RouteHandler>);
    } else {
      return call(request, kAll);
    }
  }

  // For App (app::GathersContent), if a parameter reads the content itself.

  static bool has_content(const Request& request)
    requires(Arguments::gather_content())
  {
    return Arguments::has_content(request);
  }
  static Task<> gather_content(Request& request)
    requires(Arguments::gather_content())
  {
    return Arguments::gather(request);
  }

 private:
  template <std::size_t... I>
  static consteval bool returns_task(std::index_sequence<I...>) {
    using Result = app::TaskTraits<
        std::invoke_result_t<const F&, typename Arguments::template Parameter<I>...>>;
    return Result::value && app::Answer<typename Result::Value>;  // App refuses any other, in words
  }
  Task<Response> respond(Request& request) const {
    return app::respond_with(request, call(request, kAll));
  }
  template <std::size_t... I>
  auto call(Request& request, std::index_sequence<I...>) const {
    return function_(Arguments::template take<I>(request)...);
  }

  F function_;
};

/// Returns, as a literal, why a handler with `matchers` does not fit `pattern`; empty when the
/// handler fits.
[[nodiscard]] constexpr std::string_view misfit(const RoutePattern& pattern,
                                                std::span<const PathMatcher> matchers) {
  if (!pattern.is_valid()) return pattern.fault();
  if (matchers.size() != pattern.values()) {
    return "the handler takes a different number of values than the route has";
  }
  for (std::size_t i = 0; i < matchers.size(); ++i) {
    const PatternPart& part = pattern.value(i);
    const std::string_view wanted = matchers[i].type;
    if (wanted.empty()) continue;  // text takes anything
    if (part.kind == PatternPart::Kind::Rest) return "the rest of a path can only be text";
    if (part.type.empty()) return "the handler's parameter has a type: write {name:type}";
    if (part.type != wanted) return "the handler's parameter has a different type";
  }
  return {};
}

namespace detail {

/// Fails to compile, with the route and the handler in the message, when they do not fit. `Typed`
/// has `kMatchers` and `kFits`, as RouteHandler has.
template <base::FixedText Route, class Typed>
constexpr void check_typed() {
  constexpr RoutePattern pattern(Route.view());
  if constexpr (pattern.is_valid()) {
    constexpr auto& matchers = Typed::kMatchers;
    constexpr bool kIsCalled = Typed::kFits;
    static_assert(matchers.size() == pattern.values() || !kIsCalled,
                  "the handler takes a different number of values than its route has");
    if constexpr (matchers.size() == pattern.values() && kIsCalled) {
      static_assert(misfit(pattern, matchers).empty(),
                    "a value of the route has a different type than the handler's parameter: "
                    "{x:int} for int, {x:uint} for unsigned, {x:uuid} for Uuid, {x} for text");
    }
  }
}
template <base::FixedText Route>
constexpr void check_pattern() {
  static_assert(RoutePattern(Route.view()).is_valid(),
                "this is not a route: a route begins with '/', and each segment is text, {name}, "
                "{name:type} or, at the end, {name...}");
}
template <base::FixedText Route, class F>
constexpr void check_route() {
  check_pattern<Route>();
  if constexpr (!PlainHandler<F>) check_typed<Route, RouteHandler<F>>();
}

}  // namespace detail

}  // namespace mastic::routing
