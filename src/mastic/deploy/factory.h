// Factories: how an application or a filter is made from a section of a configuration file.
//
// A factory is a name, a sentence, and a function that takes the options as a struct, the same one
// that a C++ author fills:
//
//     struct StampOptions {
//       std::string name = "X-Stamp";
//       void describe(base::OptionTable& table) {
//         table.text("name", name, "NAME", "Name of the field.");
//       }
//     };
//     Middleware make_stamp(const StampOptions& options);
//
//     filter_factory("stamp", "Adds a field to every answer.", make_stamp)
//
// The function may take the options, a Build, both (in this order) or nothing. It returns the
// application or the middleware, or a Result of it, and it may throw.

#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "mastic/app/app.h"
#include "mastic/app/middleware.h"
#include "mastic/base/options.h"
#include "mastic/base/options_of.h"
#include "mastic/base/result.h"
#include "mastic/deploy/build.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// What a factory makes: an application or a middleware; nothing for a server, whose options are all
/// that a file can say about it.
using Made = std::variant<std::monostate, app::App, app::Middleware>;

/// The options of one part while it is made: first described, then set, then used.
class Draft {
 public:
  virtual ~Draft() = default;
  /// Binds the options to `table`, which must not outlive the draft.
  virtual void describe(base::OptionTable& table) = 0;
  /// Checks the options, and makes the part. Fails with a message for the operator. May throw.
  [[nodiscard]] virtual base::Result<Made> make(Build& build) = 0;
};

/// Makes the parts of one name.
struct Factory {
  PartKind kind;        ///< what it makes
  std::string name;     ///< as after the # of `use = mastic#static`
  std::string meaning;  ///< what it makes: one sentence, for a list
  std::string example;  ///< a section that uses it; empty for one that is made from the options
  /// Begins a part, with the default of every option.
  std::function<std::unique_ptr<Draft>()> draft;
};

namespace detail {

/// The type of the options that a function takes as its first argument.
template <class F, class First = base::FirstArgument<F>>
using OptionsOf =
    std::conditional_t<std::is_void_v<First> || std::same_as<First, Build>, base::NoOptions, First>;

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<base::Result<T>> : std::true_type {};

template <class F, class Options>
decltype(auto) call_maker(F& make, const Options& options, Build& build) {
  if constexpr (std::invocable<F&, const Options&, Build&>)
    return make(options, build);
  else if constexpr (std::invocable<F&, const Options&>)
    return make(options);
  else if constexpr (std::invocable<F&, Build&>)
    return make(build);
  else
    return make();
}

/// The options of a part and the function that makes `Product`, an App or a Middleware, from them.
template <class Product, class Options, class F>
class DraftOf final : public Draft {
 public:
  explicit DraftOf(F maker) : make_(std::move(maker)) {}

  void describe(base::OptionTable& table) override { options_.describe(table); }

  base::Result<Made> make(Build& build) override {
    if (auto fits = base::check_options(options_); !fits) return std::unexpected(fits.error());
    using Returned = std::remove_cvref_t<decltype(call_maker(make_, options_, build))>;
    if constexpr (IsResult<Returned>::value) {
      auto made = call_maker(make_, options_, build);
      if (!made) return std::unexpected(made.error());
      return Made(Product(*std::move(made)));
    } else {
      return Made(Product(call_maker(make_, options_, build)));
    }
  }

 private:
  Options options_;
  F make_;
};

template <class Product, class F>
Factory make_factory(PartKind kind, std::string_view name, std::string_view meaning, F make,
                     std::string_view example) {
  using Options = OptionsOf<F>;
  static_assert(base::DescribedOptions<Options>,
                "the options of a factory are a struct with `void describe(base::OptionTable&)`");
  return {kind, std::string(name), std::string(meaning), std::string(example),
          [make]() -> std::unique_ptr<Draft> {
            return std::make_unique<DraftOf<Product, Options, F>>(make);
          }};
}

}  // namespace detail

/// A factory of applications: `make` returns an App or what becomes one.
template <class F>
[[nodiscard]] Factory app_factory(std::string_view name, std::string_view meaning, F make,
                                  std::string_view example = {}) {
  return detail::make_factory<app::App>(PartKind::App, name, meaning, std::move(make), example);
}

/// A factory of filters: `make` returns a middleware in any of its forms (app/middleware.h).
template <class F>
[[nodiscard]] Factory filter_factory(std::string_view name, std::string_view meaning, F make,
                                     std::string_view example = {}) {
  return detail::make_factory<app::Middleware>(PartKind::Filter, name, meaning, std::move(make),
                                               example);
}

}  // namespace mastic::deploy
