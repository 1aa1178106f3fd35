// The fields of an aggregate, their names and their values, without macros.
//
//     struct Point { int x; int y; };
//     for_each_field(point, [](std::string_view name, int& value) { ... });
//
// A struct may have up to 64 fields, but no base class and no C array; a static_assert reports any
// other struct. The names come from how the compiler spells a pointer to a member. GCC and Clang
// spell it similarly enough, and aggregate_test.cc checks the names.
//
// A field may have a different name outside of the program, for instance because that name is a C++
// keyword. Its struct lists such fields:
//
//     struct Shirt {
//       std::string class_;
//       int chest_width;
//       static constexpr RenamedField kRenamedFields[] = {{"class_", "class"}, {"chest_width", "chest-width"}};
//     };

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mastic::json {

/// The name of a field outside of the program: in JSON, in queries and forms, and in messages about
/// the field. A struct lists the fields whose names differ as
/// `static constexpr RenamedField kRenamedFields[]`.
struct RenamedField {
  std::string_view field;  ///< its name in the struct
  std::string_view name;   ///< its name outside
};

namespace detail {

/// Converts to any type. T{Anything(), Anything()} compiles if T takes two values, which is how the
/// values are counted.
struct Anything {
  template <class T>
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr operator T() const {
    std::unreachable();
  }
};

template <class T, std::size_t... I>
concept TakesValues = requires { T{(static_cast<void>(I), Anything())...}; };

template <class T, std::size_t... I>
consteval bool takes_values(std::index_sequence<I...>) {
  return TakesValues<T, I...>;
}

inline constexpr std::size_t kMaxFields = 64;
inline constexpr std::size_t kUsualFields = 24;  ///< nearly every struct has fewer

/// The largest number of values that T takes, counted down from N to Least; 0 if T takes none of
/// these numbers.
template <class T, std::size_t N, std::size_t Least = 1>
consteval std::size_t count_down() {
  if constexpr (N < Least) {
    return 0;
  } else if constexpr (takes_values<T>(std::make_index_sequence<N>())) {
    return N;
  } else {
    return count_down<T, N - 1, Least>();
  }
}
/// The largest number of values that T takes, counted up from N to at most kMaxFields + 1.
/// Requires: T takes N values.
template <class T, std::size_t N>
consteval std::size_t count_up() {
  if constexpr (N > kMaxFields || !takes_values<T>(std::make_index_sequence<N + 1>())) {
    return N;
  } else {
    return count_up<T, N + 1>();
  }
}

/// How many values T takes; kMaxFields + 1 if T takes more than kMaxFields. Every number that is
/// tried costs compile time, so the search begins at a number that nearly no struct exceeds. The
/// search cannot count up from one: if a later field has no default, T does not take fewer values.
template <class T>
consteval std::size_t count_values() {
  if constexpr (takes_values<T>(std::make_index_sequence<kUsualFields + 1>())) {
    return count_up<T, kUsualFields + 1>();
  } else if constexpr (count_down<T, kUsualFields>() > 0) {
    return count_down<T, kUsualFields>();
  } else {
    return count_down<T, kMaxFields + 1, kUsualFields + 2>();
  }
}

// T takes as many values as it has fields, unless a C array takes several values, or a base class
// takes one. Both are recognized by other initializers that fit in their place.

/// Converts to nothing.
struct Stranger {};
/// Converts to a base class of T and to nothing else.
template <class T>
struct BaseOf {
  template <class B>
    requires(std::is_base_of_v<B, T> && !std::same_as<B, T>)
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr operator B() const {
    std::unreachable();
  }
};
template <class T>
concept HasBase = requires { T{BaseOf<T>()}; } && !requires { T{Stranger()}; };

/// Whether T takes some values, then two values in braces, then more values.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool takes_braces(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires {
    T{(static_cast<void>(Before), Anything())...,
      {Anything(), Anything()},
      (static_cast<void>(After), Anything())...};
  };
}
/// Whether value `At` is the first of a C array. Braces then stand for the whole array, so fewer
/// values fit after them than without braces.
template <class T, std::size_t At>
consteval bool has_array_at() {
  constexpr std::make_index_sequence<At> kBefore;
  constexpr std::make_index_sequence<count_values<T>() - At - 1> kBehind;
  return takes_braces<T>(kBefore, std::index_sequence<>()) && !takes_braces<T>(kBefore, kBehind);
}
template <class T>
inline constexpr bool kHasArray = []<std::size_t... At>(std::index_sequence<At...>) {
  return (has_array_at<T, At>() || ...);
}(std::make_index_sequence<count_values<T>()>());

template <class T>
consteval void check_fields() {
  static_assert(
      !HasBase<T>,
      "the fields of a struct with a base class cannot be told apart: make the base a field");
  static_assert(HasBase<T> || !kHasArray<T>,
                "the fields of a struct with a C array cannot be told apart: make it a std::array");
  static_assert(HasBase<T> || kHasArray<T> || count_values<T>() <= kMaxFields,
                "a struct may have at most 64 fields: make some of them a struct of their own");
}
/// How many fields T has; 0 if the fields cannot be told apart, and then check_fields says why.
template <class T>
consteval std::size_t count_fields() {
  const bool is_fit = !HasBase<T> && !kHasArray<T> && count_values<T>() <= kMaxFields;
  return is_fit ? count_values<T>() : 0;
}

template <std::size_t Count, class T, class Visit>
constexpr decltype(auto) with_many_fields(T& aggregate, Visit& visit);

/// Calls `visit` once, with all fields of `aggregate` as arguments. There is one branch for each
/// number of fields, because C++23 has no structured binding of a variable number of names.
template <class T, class Visit>
constexpr decltype(auto) with_fields(T& aggregate, Visit visit) {
  constexpr std::size_t kCount = count_fields<std::remove_const_t<T>>();
  if constexpr (kCount == 0) {
    return visit();
  } else if constexpr (kCount == 1) {
    auto& [f0] = aggregate;
    return visit(f0);
  } else if constexpr (kCount == 2) {
    auto& [f0, f1] = aggregate;
    return visit(f0, f1);
  } else if constexpr (kCount == 3) {
    auto& [f0, f1, f2] = aggregate;
    return visit(f0, f1, f2);
  } else if constexpr (kCount == 4) {
    auto& [f0, f1, f2, f3] = aggregate;
    return visit(f0, f1, f2, f3);
  } else if constexpr (kCount == 5) {
    auto& [f0, f1, f2, f3, f4] = aggregate;
    return visit(f0, f1, f2, f3, f4);
  } else if constexpr (kCount == 6) {
    auto& [f0, f1, f2, f3, f4, f5] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5);
  } else if constexpr (kCount == 7) {
    auto& [f0, f1, f2, f3, f4, f5, f6] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6);
  } else if constexpr (kCount == 8) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7);
  } else if constexpr (kCount == 9) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8);
  } else if constexpr (kCount == 10) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9);
  } else if constexpr (kCount == 11) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10);
  } else if constexpr (kCount == 12) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11);
  } else if constexpr (kCount == 13) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12);
  } else if constexpr (kCount == 14) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13);
  } else if constexpr (kCount == 15) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14);
  } else if constexpr (kCount == 16) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15);
  } else if constexpr (kCount == 17) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16);
  } else if constexpr (kCount == 18) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17] =
        aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17);
  } else if constexpr (kCount == 19) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18] =
        aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
                 f18);
  } else if constexpr (kCount == 20) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
           f19] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
                 f18, f19);
  } else if constexpr (kCount == 21) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19,
           f20] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
                 f18, f19, f20);
  } else if constexpr (kCount == 22) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19,
           f20, f21] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
                 f18, f19, f20, f21);
  } else if constexpr (kCount == 23) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19,
           f20, f21, f22] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
                 f18, f19, f20, f21, f22);
  } else if constexpr (kCount == 24) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19,
           f20, f21, f22, f23] = aggregate;
    return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
                 f18, f19, f20, f21, f22, f23);
  } else {
    return with_many_fields<kCount>(aggregate, visit);
  }
}

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
/// Holds a T in a variable that is declared and never defined. Only the addresses of its fields are
/// used, and nothing reads the fields, so T needs no constructor.
template <class T>
struct Specimen {
  T value;
};
template <class T>
extern const Specimen<T> specimen;

template <class T>
consteval auto field_pointers() {
  return with_fields(specimen<T>.value, [](auto&... fields) { return std::tuple(&fields...); });
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

/// The name of the field that `P` points to: the last word of "P = ..." in the name of this
/// function, in which the compiler spells the pointer out.
template <auto P>
consteval std::string_view field_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(0, text.find_first_of(";]", text.find("P = ")));
  while (text.ends_with(')')) text.remove_suffix(1);
  return text.substr(text.find_last_of(":.") + 1);
}

template <class T>
inline constexpr auto kMemberNames = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array<std::string_view, sizeof...(I)>{
      field_name<std::get<I>(field_pointers<T>())>()...};
}(std::make_index_sequence<count_fields<T>()>());

template <class T>
concept RenamesFields = requires { T::kRenamedFields; };

/// The names of the fields outside of the program.
template <class T>
consteval auto outside_names() {
  auto names = kMemberNames<T>;
  if constexpr (RenamesFields<T>) {
    for (const RenamedField& renamed : T::kRenamedFields) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (kMemberNames<T>[i] == renamed.field) names[i] = renamed.name;
      }
    }
  }
  return names;
}
template <class T>
inline constexpr auto kFieldNames = outside_names<T>();

/// Whether `name` needs no escapes in JSON. (This is checked at compile time, so that writing a
/// field need not look for characters to escape.)
constexpr bool is_plain_name(std::string_view name) {
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') return false;
  }
  return !name.empty();
}
template <class T>
constexpr bool has_field(std::string_view field) {
  for (const std::string_view name : kMemberNames<T>) {
    if (name == field) return true;
  }
  return false;
}
template <class T>
constexpr bool are_different(const T& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i] == names[j]) return false;
    }
  }
  return true;
}

/// Fails to compile, with a message that says why, if T's kRenamedFields is wrong.
template <class T>
consteval void check_renamed_fields() {
  constexpr bool kAreThere = [] {
    for (const RenamedField& renamed : T::kRenamedFields) {
      if (!has_field<T>(renamed.field)) return false;
    }
    return true;
  }();
  constexpr bool kArePlain = [] {
    for (const RenamedField& renamed : T::kRenamedFields) {
      if (!is_plain_name(renamed.name)) return false;
    }
    return true;
  }();
  static_assert(kAreThere, "kRenamedFields names a field that the struct does not have");
  static_assert(
      !kAreThere || kArePlain,
      "a name in kRenamedFields is empty, or has a quote, a backslash or a control character");
  static_assert(!kAreThere || !kArePlain || are_different(kFieldNames<T>),
                "two fields have the same name: see kRenamedFields");
}

}  // namespace detail

/// A struct that is an aggregate and has fields.
template <class T>
concept Aggregate = std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_empty_v<T> &&
                    detail::count_values<T>() > 0;

/// How many fields T has.
template <Aggregate T>
[[nodiscard]] constexpr std::size_t field_count() {
  return detail::count_fields<T>();
}
/// The names of the fields of T outside of the program (RenamedField), in the order of declaration.
template <Aggregate T>
[[nodiscard]] constexpr const auto& field_names() {
  return detail::kFieldNames<T>;
}

/// Calls `each(name, field)` for every field, in the order of declaration.
template <class T, class Each>
  requires Aggregate<std::remove_const_t<T>>
constexpr void for_each_field(T& aggregate, Each each) {
  using Struct = std::remove_const_t<T>;
  detail::check_fields<Struct>();
  if constexpr (detail::RenamesFields<Struct>) detail::check_renamed_fields<Struct>();
  const auto& names = field_names<std::remove_const_t<T>>();
  detail::with_fields(aggregate, [&](auto&... fields) {
    std::size_t at = 0;
    (each(names[at++], fields), ...);
  });
}

}  // namespace mastic::json

#include "mastic/json/aggregate_of_many.h"  // the rest of with_fields
