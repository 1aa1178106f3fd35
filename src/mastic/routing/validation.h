// Calls the `validate` members of an input, those of nested structs first.

#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "mastic/app/field_errors.h"
#include "mastic/json/aggregate.h"
#include "mastic/json/json.h"

namespace mastic::routing {

using app::FieldErrors;

namespace detail {

template <class T>
concept NamesValidate = requires { &T::validate; };
template <class T>
concept ListOfParts =
    requires(const T& list) { list.begin(); } && !std::convertible_to<const T&, std::string_view>;

template <class T>
void validate_part(const std::string& name, const T& part, FieldErrors& errors);

/// Calls the struct's own `validate`.
template <class T>
void validate_itself(const T& value, FieldErrors& errors) {
  constexpr bool kFits = requires { value.validate(errors); };
  static_assert(kFits, "`validate` has to be `void validate(FieldErrors&) const`");
  if constexpr (kFits) value.validate(errors);
}

template <class T>
void validate_struct(const T& value, FieldErrors& errors) {
  if constexpr (json::Aggregate<T>) {
    json::for_each_field(value, [&](std::string_view name, const auto& field) {
      validate_part(std::string(name), field, errors);
    });
  }
  if constexpr (NamesValidate<T>) validate_itself(value, errors);
}

template <class T>
void validate_part(const std::string& name, const T& part, FieldErrors& errors) {
  if constexpr (json::kIsOptional<T>) {
    if (part) validate_part(name, *part, errors);
  } else if constexpr (json::JsonMap<T>) {
    for (const auto& [key, mapped] : part) {
      const std::string shown = json::detail::shown_name(key);
      validate_part(name.empty() ? shown : name + "." + shown, mapped, errors);
    }
  } else if constexpr (ListOfParts<T>) {
    std::size_t index = 0;
    for (const auto& element : part) {
      validate_part(name + "[" + std::to_string(index++) + "]", element, errors);
    }
  } else if constexpr (std::is_class_v<T>) {
    errors.below(name + ".", [&] { validate_struct(part, errors); });
  }
}

}  // namespace detail

/// Calls `validate` of every struct in `value`, and then of `value` itself, so that all errors are
/// reported at once. So a `validate` is called even after a `validate` of a part has found errors,
/// and must not rely on that part being valid.
template <class T>
void validate(const T& value, FieldErrors& errors) {
  if constexpr (json::Aggregate<T> && !detail::ListOfParts<T>) {
    detail::validate_struct(value, errors);
  } else {
    detail::validate_part({}, value, errors);
  }
}

}  // namespace mastic::routing
