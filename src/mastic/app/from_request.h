// What a handler may take besides the values of its route: its query, its content, as values.
//
//     struct Paging { int page = 1; std::optional<std::string> filter; };
//     site.get<"/items">([](Query<Paging> paging) { ... paging->page ... });
//     site.post<"/items">([](Json<Item> item) { ... *item ... });
//     site.post<"/sign-up">([](Form<SignUp> form) { ... });
//
// What does not fit never reaches the handler: the client gets 400, 415 or 422 and a message that
// names the place, what is expected and what was found.

#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/app/path_type.h"
#include "mastic/app/request.h"
#include "mastic/base/aggregate.h"
#include "mastic/base/json.h"

namespace mastic::app {

/// Holds a T; used like a pointer to it.
template <class T>
struct Held {
  T value;

  T& operator*() { return value; }
  const T& operator*() const { return value; }
  T* operator->() { return &value; }
  const T* operator->() const { return &value; }
};

/// The content as JSON (`application/json`, or a type that ends in `+json`). As a result of a
/// handler: the answer is that.
template <class T>
struct Json : Held<T> {};
/// The query, `?page=2&filter=x`, field by field. A field that is not in it keeps the value that T
/// gives it; a std::vector takes all of its name; names that T does not have are passed over.
template <class T>
struct Query : Held<T> {};
/// The same of content that a form sends (`application/x-www-form-urlencoded`).
template <class T>
struct Form : Held<T> {};

/// How a parameter of type P is made of a request: `kNeedsContent`, and `take`, which throws
/// HttpError when it cannot be.
template <class P>
struct FromRequest;

template <class P>
concept TakenFromRequest = requires(Request& request) {
  { FromRequest<P>::take(request) } -> std::same_as<P>;
  { FromRequest<P>::kNeedsContent } -> std::convertible_to<bool>;
};

namespace detail {

/// The content, taken apart. Throws 415 when it is of another type or coded, 400 when it is no JSON.
[[nodiscard]] base::JsonDocument parse_json_content(const Request& request);
/// Throws 415 when the content is of another type or coded.
void want_form_content(const Request& request);
/// Throws 422: it is well-formed, and not what the handler takes.
[[noreturn]] void refuse_value(std::string_view message);

/// A name and its value, decoded.
struct TextField {
  std::string name;
  std::string value;
};
inline constexpr std::size_t kMostTextFields = 1000;
/// `a=1&b=x+y%21`. Throws 400 for a broken escape, `too_many` for more than kMostTextFields.
[[nodiscard]] std::vector<TextField> read_text_fields(std::string_view text, http::Status too_many);
[[noreturn]] void refuse_text_field(std::string_view name, std::string_view expected,
                                    std::string_view found);

template <class T>
void read_text(std::string_view name, std::string_view text, T& into) {
  if constexpr (std::same_as<T, std::string>) {
    into = text;
  } else if constexpr (std::same_as<T, bool>) {
    into = text == "true" || text == "on" || text == "1";
    if (!into && text != "false" && text != "off" && text != "0" && !text.empty()) {
      refuse_text_field(name, "true or false", text);
    }
  } else if constexpr (std::floating_point<T>) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || !std::isfinite(into)) refuse_text_field(name, "a number", text);
  } else {
    static_assert(PathValueType<T>,
                  "a field of a query or form is text, bool, a number, a Uuid or a "
                  "type with kPathType and from_path; optional or a vector of these");
    auto value = PathType<T>::parse(text);
    if (!value) {
      constexpr bool kIsNumber = std::integral<T>;
      refuse_text_field(name, kIsNumber ? "a whole number in its range" : PathType<T>::kName, text);
    }
    into = *std::move(value);
  }
}
template <class T>
void read_text(std::string_view name, std::string_view text, std::optional<T>& into) {
  if (!text.empty()) read_text(name, text, into.emplace());
}
template <class T>
void read_text(std::string_view name, std::string_view text, std::vector<T>& into) {
  read_text(name, text, into.emplace_back());
}

template <base::Aggregate T>
T read_text_object(std::string_view text, http::Status too_many) {
  T object{};
  const auto given = read_text_fields(text, too_many);
  base::for_each_field(object, [&]<class Field>(std::string_view name, Field& field) {
    for (const TextField& each : given) {
      if (each.name == name) read_text(name, each.value, field);
    }
  });
  return object;
}

}  // namespace detail

template <base::JsonReadable T>
struct FromRequest<Json<T>> {
  static constexpr bool kNeedsContent = true;
  static Json<T> take(Request& request) {
    const base::JsonDocument document = detail::parse_json_content(request);
    auto read = base::from_json<T>(document.root());
    if (!read) detail::refuse_value(read.error().message);
    return {{*std::move(read)}};
  }
};

template <base::Aggregate T>
struct FromRequest<Query<T>> {
  static constexpr bool kNeedsContent = false;
  static Query<T> take(Request& request) {
    return {{detail::read_text_object<T>(request.query(), http::Status::BadRequest)}};
  }
};

template <base::Aggregate T>
struct FromRequest<Form<T>> {
  static constexpr bool kNeedsContent = true;
  static Form<T> take(Request& request) {
    detail::want_form_content(request);
    return {{detail::read_text_object<T>(request.text(), http::Status::ContentTooLarge)}};
  }
};

}  // namespace mastic::app
