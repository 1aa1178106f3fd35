// Handlers that take what they need as parameters: the values of their route, in order, and the
// request.
//
//     site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) { ... });
//     site.get<"/files/{path...}">([](Request& request, std::string path) -> Task<Response> { ... });
//
// For a value that the handler's type cannot hold, the route does not match.

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/app/http_error.h"
#include "mastic/app/request.h"
#include "mastic/base/fixed_text.h"
#include "mastic/routing/from_request.h"
#include "mastic/routing/path_type.h"
#include "mastic/routing/route_pattern.h"

namespace mastic::routing {

using app::App;
using app::AppBuilder;
using app::Body;
using app::Handler;
using app::HttpError;
using app::Request;
using app::Response;
using app::Task;

namespace detail {

/// The parameters of a function, or of the call operator of an object. The parameters are not known
/// if F is generic, overloaded or not a function at all.
template <class F>
struct Parameters {
  using List = std::tuple<>;
  static constexpr bool kAreKnown = false;
  static constexpr bool kAreOfMutable = false;
};
template <class F>
  requires requires { &F::operator(); }
struct Parameters<F> : Parameters<decltype(&F::operator())> {};
template <class R, class... P>
struct Parameters<R (*)(P...)> {
  using List = std::tuple<P...>;
  static constexpr bool kAreKnown = true;
  static constexpr bool kAreOfMutable = false;
};
template <class R, class... P>
struct Parameters<R (*)(P...) noexcept> : Parameters<R (*)(P...)> {};
template <class C, class R, class... P>
struct Parameters<R (C::*)(P...) const> : Parameters<R (*)(P...)> {};
template <class C, class R, class... P>
struct Parameters<R (C::*)(P...) const noexcept> : Parameters<R (*)(P...)> {};
template <class C, class R, class... P>
struct Parameters<R (C::*)(P...)> : Parameters<R (*)(P...)> {
  static constexpr bool kAreOfMutable = true;
};
template <class C, class R, class... P>
struct Parameters<R (C::*)(P...) noexcept> : Parameters<R (C::*)(P...)> {};

template <class P>
inline constexpr bool kIsRequest = std::same_as<P, Request&>;
template <class P>
inline constexpr bool kIsTaken = TakenFromRequest<std::remove_cv_t<P>>;
template <class P>
inline constexpr bool kIsPathValue = !kIsRequest<P> && !kIsTaken<P>;
/// Whether P is a Json, Query, Form, Header or Cookie of any type.
template <class P>
inline constexpr bool kIsHolder = requires(P taken) { []<class T>(Held<T>&) {}(taken); };
/// Whether P is a Checked of a type that has no list of errors: a Header, a Cookie, the Body.
template <class P>
inline constexpr bool kIsCheckedWhole = false;
template <class P>
inline constexpr bool kIsCheckedWhole<Checked<P>> = TakenFromRequest<P> && !ReadFromRequest<P>;
/// Whether P takes the content of the request, which can be taken once.
template <class P>
inline constexpr bool kTakesContent = [] {
  if constexpr (kIsTaken<P>) {
    using Taken = std::remove_cv_t<P>;
    return std::same_as<Taken, Body> || FromRequest<Taken>::kNeedsContent;
  }
  return false;
}();
template <class P>
inline constexpr bool kFits = kIsRequest<P> || kIsTaken<P> || PathValueType<std::remove_cv_t<P>>;

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
  using List = typename Parameters::List;
  static constexpr std::size_t kParameters = std::tuple_size_v<List>;
  template <std::size_t I>
  using Parameter = std::tuple_element_t<I, List>;

  /// How many of the parameters before `index` are path values.
  static constexpr std::size_t path_values_before(std::size_t index) {
    return []<std::size_t... I>(std::size_t end, std::index_sequence<I...>) {
      return (std::size_t{0} + ... + (I < end && detail::kIsPathValue<Parameter<I>> ? 1 : 0));
    }(index, std::make_index_sequence<kParameters>());
  }
  static constexpr bool parameters_fit() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (detail::kFits<Parameter<I>> && ...);
    }(std::make_index_sequence<kParameters>());
  }
  template <std::size_t... I>
  static constexpr auto make_matchers(std::index_sequence<I...>) {
    detail::check_handler<F>();
    (detail::check_parameter<Parameter<I>>(), ...);
    static_assert((0 + ... + (detail::kTakesContent<Parameter<I>> ? 1 : 0)) <= 1,
                  "a handler takes the content of its request once: one Json, Form or Body");
    std::array<PathMatcher, path_values_before(kParameters)> matchers{};
    const auto enter = [&]<std::size_t At>() {
      using P = Parameter<At>;
      if constexpr (detail::kIsPathValue<P> && detail::kFits<P>) {
        matchers[path_values_before(At)] = matcher_of<std::remove_cv_t<P>>();
      }
    };
    (enter.template operator()<I>(), ...);
    return matchers;
  }

 public:
  /// Whether the handler can be called. If it cannot, the assertions above have said why, and the
  /// call operator does nothing, so that there is no second error.
  static constexpr bool kFits =
      Parameters::kAreKnown && !Parameters::kAreOfMutable && parameters_fit();
  /// The matchers of the values' types, in the order of the pattern.
  static constexpr auto kMatchers = make_matchers(std::make_index_sequence<kParameters>());

  /// Makes a RouteHandler of the handler `function`.
  explicit RouteHandler(F function) : function_(std::move(function)) {}

  /// Calls the handler. A handler that is a task and takes content is called after the content has
  /// arrived. For a plain handler, App does the waiting.
  auto operator()(Request& request) const {
    constexpr auto kAll = std::make_index_sequence<kParameters>();
    if constexpr (!kFits) {
      return Response();
    } else if constexpr (needs_content(kAll) && returns_task(kAll)) {
      if (request.body().bytes()) return respond(request);
      return app::respond_when_gathered(request, this, [](const void* self, Request& whole) {
        return static_cast<const RouteHandler*>(self)->respond(whole);
      });
    } else {
      return call(request, kAll);
    }
  }

 private:
  template <std::size_t... I>
  static consteval bool needs_content(std::index_sequence<I...>) {
    const auto needs = []<class P>() {
      if constexpr (detail::kIsTaken<P>) return FromRequest<std::remove_cv_t<P>>::kNeedsContent;
      return false;
    };
    return (needs.template operator()<Parameter<I>>() || ...);
  }
  template <std::size_t... I>
  static consteval bool returns_task(std::index_sequence<I...>) {
    using Result = app::TaskTraits<std::invoke_result_t<const F&, Parameter<I>...>>;
    return Result::value && app::Answer<typename Result::Value>;  // App refuses any other, in words
  }
  Task<Response> respond(Request& request) const {
    return app::respond_with(request, call(request, std::make_index_sequence<kParameters>()));
  }
  template <std::size_t... I>
  auto call(Request& request, std::index_sequence<I...>) const {
    return function_(argument<I>(request)...);
  }
  template <std::size_t I>
  static Parameter<I> argument(Request& request) {
    if constexpr (detail::kIsRequest<Parameter<I>>) {
      return request;
    } else if constexpr (detail::kIsTaken<Parameter<I>>) {
      return FromRequest<std::remove_cv_t<Parameter<I>>>::take(request);
    } else {
      auto value = PathType<std::remove_cv_t<Parameter<I>>>::parse(
          request.values()[path_values_before(I)].text);
      if (!value) throw HttpError(http::Status::NotFound);
      return *std::move(value);
    }
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

/// Fails to compile, with the route and the handler in the message, when they do not fit.
template <base::FixedText Route, class F>
constexpr void check_route() {
  constexpr RoutePattern pattern(Route.view());
  static_assert(pattern.is_valid(),
                "this is not a route: a route begins with '/', and each segment is text, {name}, "
                "{name:type} or, at the end, {name...}");
  if constexpr (pattern.is_valid() && !PlainHandler<F>) {
    constexpr auto& matchers = RouteHandler<F>::kMatchers;
    constexpr bool kIsCalled = RouteHandler<F>::kFits;
    static_assert(matchers.size() == pattern.values() || !kIsCalled,
                  "the handler takes a different number of values than its route has");
    if constexpr (matchers.size() == pattern.values() && kIsCalled) {
      static_assert(misfit(pattern, matchers).empty(),
                    "a value of the route has a different type than the handler's parameter: "
                    "{x:int} for int, {x:uint} for unsigned, {x:uuid} for Uuid, {x} for text");
    }
  }
}

}  // namespace detail

}  // namespace mastic::routing
