// What a handler takes: its parameters, and the arguments for them, which are made of a request.

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mastic/app/http_error.h"
#include "mastic/app/request.h"
#include "mastic/routing/from_request.h"
#include "mastic/routing/path_type.h"

namespace mastic::routing {

using app::Body;
using app::HttpError;
using app::Request;

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
/// Whether P is made of the content, and reads the content itself.
template <class P>
inline constexpr bool kGathers = [] {
  if constexpr (kIsTaken<P>) return GathersContent<std::remove_cv_t<P>>;
  return false;
}();
template <class P>
inline constexpr bool kFits = kIsRequest<P> || kIsTaken<P> || PathValueType<std::remove_cv_t<P>>;

}  // namespace detail

/// Takes the arguments of a handler from a request. `List` is a std::tuple of the parameters' types.
template <class List>
struct HandlerArguments {
  static constexpr std::size_t kCount = std::tuple_size_v<List>;
  static constexpr std::make_index_sequence<kCount> kAll{};
  template <std::size_t I>
  using Parameter = std::tuple_element_t<I, List>;

  /// Whether all parameters can be taken from a request.
  static constexpr bool fit() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (detail::kFits<Parameter<I>> && ...);
    }(kAll);
  }
  /// Whether a parameter is made of the content of the request.
  static constexpr bool need_content() {
    const auto needs = []<class P>() {
      if constexpr (detail::kIsTaken<P>) return FromRequest<std::remove_cv_t<P>>::kNeedsContent;
      return false;
    };
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (needs.template operator()<Parameter<I>>() || ...);
    }(kAll);
  }
  /// Whether the parameter that is made of the content reads the content itself.
  static constexpr bool gather_content() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (detail::kGathers<Parameter<I>> || ...);
    }(kAll);
  }
  /// Whether the content is here. Requires: gather_content().
  static bool has_content(const Request& request) {
    bool is_here = true;
    for_gathering([&]<class P>() { is_here = FromRequest<P>::has_content(request); });
    return is_here;
  }
  /// Reads the content. Requires: gather_content().
  static Task<> gather(Request& request) {
    Task<> gathering = Task<>::done();
    for_gathering([&]<class P>() { gathering = FromRequest<P>::gather(request); });
    return gathering;
  }
  /// The matchers of the path values' types, in the order of the parameters.
  static constexpr auto matchers() {
    std::array<PathMatcher, path_values_before(kCount)> matchers{};
    const auto enter = [&]<std::size_t At>() {
      using P = Parameter<At>;
      if constexpr (detail::kIsPathValue<P> && detail::kFits<P>) {
        matchers[path_values_before(At)] = matcher_of<std::remove_cv_t<P>>();
      }
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (enter.template operator()<I>(), ...);
    }(kAll);
    return matchers;
  }
  /// Takes the argument at `I`. Throws HttpError when the request does not have it.
  template <std::size_t I>
  static Parameter<I> take(Request& request) {
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

 private:
  /// Calls `use` with the type of the parameter that reads the content itself.
  template <class Use>
  static void for_gathering(Use use) {
    const auto look_at = [&]<class P>() {
      if constexpr (detail::kGathers<P>) use.template operator()<std::remove_cv_t<P>>();
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (look_at.template operator()<Parameter<I>>(), ...);
    }(kAll);
  }
  /// How many of the parameters before `index` are path values.
  static constexpr std::size_t path_values_before(std::size_t index) {
    return []<std::size_t... I>(std::size_t end, std::index_sequence<I...>) {
      return (std::size_t{0} + ... + (I < end && detail::kIsPathValue<Parameter<I>> ? 1 : 0));
    }(index, kAll);
  }
};

}  // namespace mastic::routing
