// The struct of options that a function takes, such as ShopOptions for
// `Router make_shop(const ShopOptions&)`: so an author writes a function and a struct, and what
// calls the function knows which options there are.

#pragma once

#include <concepts>
#include <type_traits>

#include "mastic/base/options.h"
#include "mastic/base/result.h"

namespace mastic::base {

/// A struct of options that binds its members to a table (options.h).
template <class Options>
concept DescribedOptions =
    std::default_initializable<Options> &&
    requires(Options& options, OptionTable& table) { options.describe(table); };

/// A struct without options, for functions that take none.
struct NoOptions {
  void describe(OptionTable&) {}
};

namespace detail {

// No type for what is neither a function nor an object that can be called in one way only.
template <class F>
struct FirstArgument {};
template <class F>
  requires requires { &F::operator(); }
struct FirstArgument<F> : FirstArgument<decltype(&F::operator())> {};
template <class Result, bool kNoexcept>
struct FirstArgument<Result (*)() noexcept(kNoexcept)> {
  using Type = void;
};
template <class Result, class First, class... Rest, bool kNoexcept>
struct FirstArgument<Result (*)(First, Rest...) noexcept(kNoexcept)> {
  using Type = std::remove_cvref_t<First>;
};
template <class Result, class F, class... Arguments, bool kNoexcept>
struct FirstArgument<Result (F::*)(Arguments...) const noexcept(kNoexcept)>
    : FirstArgument<Result (*)(Arguments...)> {};
template <class Result, class F, class... Arguments, bool kNoexcept>
struct FirstArgument<Result (F::*)(Arguments...) noexcept(kNoexcept)>
    : FirstArgument<Result (*)(Arguments...)> {};

}  // namespace detail

/// The type of the first argument of a function, without `const` and `&`; void if it takes none.
template <class F>
using FirstArgument = detail::FirstArgument<std::decay_t<F>>::Type;

/// Calls `options.check()`, if there is such a function. Fails with its message.
template <DescribedOptions Options>
[[nodiscard]] Result<void> check_options(const Options& options) {
  if constexpr (requires {
                  { options.check() } -> std::same_as<Result<void>>;
                }) {
    return options.check();
  }
  return {};
}

}  // namespace mastic::base
