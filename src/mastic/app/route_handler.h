// Handlers that take what they need: the values of their route, in its order, and the request.
//
//     site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) { ... });
//     site.get<"/files/{path...}">([](Request& request, std::string path) -> Task<Response> { ... });
//
// A value that the handler's type cannot hold is answered as if the route were not there.

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mastic/app/app.h"
#include "mastic/app/from_request.h"
#include "mastic/app/http_error.h"
#include "mastic/app/path_type.h"
#include "mastic/app/request.h"
#include "mastic/app/route_pattern.h"
#include "mastic/base/fixed_text.h"

namespace mastic::app {

namespace detail {

/// The parameters of a function, or of the call operator of an object.
template <class F>
struct Parameters : Parameters<decltype(&F::operator())> {};
template <class R, class... P>
struct Parameters<R (*)(P...)> {
  using List = std::tuple<P...>;
};
template <class R, class... P>
struct Parameters<R (*)(P...) noexcept> : Parameters<R (*)(P...)> {};
template <class C, class R, class... P>
struct Parameters<R (C::*)(P...) const> : Parameters<R (*)(P...)> {};
template <class C, class R, class... P>
struct Parameters<R (C::*)(P...) const noexcept> : Parameters<R (*)(P...)> {};

template <class F>
concept HasParameters = requires { typename Parameters<F>::List; };

template <class P>
inline constexpr bool kIsRequest = std::same_as<P, Request&>;
template <class P>
inline constexpr bool kIsTaken = TakenFromRequest<std::remove_cv_t<P>>;
template <class P>
inline constexpr bool kIsPathValue = !kIsRequest<P> && !kIsTaken<P>;

}  // namespace detail

/// A function whose parameters are path values and, anywhere among them, a `Request&` and what can be
/// taken from it (from_request.h); an App when its result is one's (handler.h).
template <class F>
class RouteHandler {
  static_assert(detail::HasParameters<F>,
                "a handler is a function whose parameters have types: no `auto`, no overloads, and "
                "not `mutable`");
  using List = typename detail::Parameters<F>::List;
  static constexpr std::size_t kParameters = std::tuple_size_v<List>;
  template <std::size_t I>
  using Parameter = std::tuple_element_t<I, List>;

  /// How many path values stand before the parameter `index`.
  static constexpr std::size_t path_values_before(std::size_t index) {
    return []<std::size_t... I>(std::size_t end, std::index_sequence<I...>) {
      return (std::size_t{0} + ... + (I < end && detail::kIsPathValue<Parameter<I>> ? 1 : 0));
    }(index, std::make_index_sequence<kParameters>());
  }
  template <std::size_t I>
  static constexpr void check_parameter() {
    using P = Parameter<I>;
    static_assert(detail::kIsRequest<P> || !std::is_reference_v<P>,
                  "a handler takes path values by value, and nothing by reference but the Request");
    static_assert(
        !detail::kIsPathValue<P> || PathValueType<std::remove_cvref_t<P>>,
        "a handler's parameter is a Request&, a path value (text, a whole number, a Uuid, "
        "a type with kPathType and from_path), a Query, Json or Form of a plain struct, a Header, "
        "a Cookie, or the Body");
  }
  template <std::size_t... I>
  static constexpr auto make_matchers(std::index_sequence<I...>) {
    (check_parameter<I>(), ...);
    std::array<PathMatcher, path_values_before(kParameters)> matchers{};
    const auto enter = [&]<std::size_t At>() {
      using P = Parameter<At>;
      if constexpr (detail::kIsPathValue<P> && PathValueType<std::remove_cvref_t<P>>) {
        matchers[path_values_before(At)] = matcher_of<std::remove_cvref_t<P>>();
      }
    };
    (enter.template operator()<I>(), ...);
    return matchers;
  }

 public:
  /// What the values have to be, in the order of the pattern.
  static constexpr auto kMatchers = make_matchers(std::make_index_sequence<kParameters>());

  explicit RouteHandler(F function) : function_(std::move(function)) {}

  /// A task that takes content is called once that is at hand; for a plain handler App waits.
  auto operator()(Request& request) const {
    constexpr auto kAll = std::make_index_sequence<kParameters>();
    using Result = decltype(call(request, kAll));
    if constexpr (needs_content(kAll) && detail::TaskTraits<Result>::value) {
      if (request.body().bytes()) return respond(request);
      return detail::respond_when_gathered(request, this, [](const void* self, Request& whole) {
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
  Task<Response> respond(Request& request) const {
    return detail::respond_with(request, call(request, std::make_index_sequence<kParameters>()));
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

/// Why a handler with `matchers` does not fit a pattern; empty when it does. The text is constant.
[[nodiscard]] constexpr std::string_view misfit(const RoutePattern& pattern,
                                                std::span<const PathMatcher> matchers) {
  if (!pattern.is_valid()) return pattern.fault();
  if (matchers.size() != pattern.values()) {
    return "the handler takes another number of values than the route has";
  }
  for (std::size_t i = 0; i < matchers.size(); ++i) {
    const PatternPart& part = pattern.value(i);
    const std::string_view wanted = matchers[i].type;
    if (wanted.empty()) continue;  // text takes anything
    if (part.kind == PatternPart::Kind::Rest) return "the rest of a path is text";
    if (part.type.empty()) return "the handler wants a type there: write {name:type}";
    if (part.type != wanted) return "the handler takes another type there than the route has";
  }
  return {};
}

namespace detail {

/// Fails to compile, with the route and the handler in the message, when they do not fit.
template <base::FixedText Route, class F>
consteval void check_route() {
  constexpr RoutePattern pattern(Route.view());
  static_assert(pattern.is_valid(),
                "this is no route: it begins with '/', and a segment is text, {name}, {name:type} "
                "or, as the last one, {name...}");
  if constexpr (pattern.is_valid() && !Handler<F>) {
    constexpr auto& matchers = RouteHandler<F>::kMatchers;
    static_assert(matchers.size() == pattern.values(),
                  "the handler takes another number of values than its route has");
    if constexpr (matchers.size() == pattern.values()) {
      static_assert(misfit(pattern, matchers).empty(),
                    "a value of the route has another type than the handler's parameter: {x:int} "
                    "for int, {x:uint} for unsigned, {x:uuid} for Uuid, {x} for text");
    }
  }
}

}  // namespace detail

}  // namespace mastic::app
