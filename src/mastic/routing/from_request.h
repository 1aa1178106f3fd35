// What a handler may take besides the values of its route: query, content, fields and cookies, each
// as a value of a C++ type.
//
//     struct Paging { int page = 1; std::optional<std::string> filter; };
//     site.get<"/items">([](Query<Paging> paging) { ... paging->page ... });
//     site.post<"/items">([](Json<Item> item, Header<"X-Key"> key) { ... *item ... });
//     site.post<"/sign-up">([](Checked<Form<SignUp>> form) { ... form->name ... form.errors ... });
//     site.get<"/me">([](Caller caller) { ... });   // of a type of your own: FromRequest
//
// A handler never gets input that does not fit its types: the client gets 400, 415 or 422, and
// messages that name the place, what is expected and what was found.

#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/app/field_errors.h"
#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/base/fixed_text.h"
#include "mastic/http/cookie.h"
#include "mastic/json/aggregate.h"
#include "mastic/json/json.h"
#include "mastic/routing/form_content.h"
#include "mastic/routing/text_fields.h"
#include "mastic/routing/text_value.h"
#include "mastic/routing/validation.h"

namespace mastic::routing {

using app::Body;
using app::FieldErrors;
using app::InvalidInput;
using app::Request;
using app::Response;
using app::Task;

/// Holds a T, and is used like a pointer to that T.
template <class T>
struct Held {
  /// The value itself.
  T value;

  T& operator*() & { return value; }
  const T& operator*() const& { return value; }
  T&& operator*() && { return std::move(value); }
  T* operator->() { return &value; }
  const T* operator->() const { return &value; }
};

/// The content as JSON (`application/json`, or a type that ends in `+json`). Members that T does
/// not have are ignored or refused, as `Unknown` says. A handler may also return a Json, to answer
/// with JSON.
template <class T, json::UnknownMembers Unknown = json::UnknownMembers::Ignore>
struct Json : Held<T> {};
/// Answers with the value as JSON.
template <json::JsonWritable T, json::UnknownMembers Unknown>
Response to_response(Request&, const Json<T, Unknown>& json) {
  return Response::json(json.value);
}
/// The query, such as `?page=2&filter=x`, as a struct. A member whose name is not in the query
/// keeps its default value; a std::vector takes all fields of its name; fields that T does not have
/// are ignored.
template <class T>
struct Query : Held<T> {};
/// The content of a form, whose text is read like a query. If a member is a File, a
/// std::optional<File> or a std::vector<File>, it takes the files of its name; the form is then sent
/// as `multipart/form-data`, otherwise also as `application/x-www-form-urlencoded`. Files of other
/// names are not kept. The handler is called when the whole form has arrived; upload_options.h has
/// its limits.
///
///     struct Photo { std::string title; File image; std::optional<File> preview; };
template <class T>
struct Form : Held<T> {};
/// A Json, Query or Form together with what is wrong with it, for handlers that answer wrong input
/// themselves, for example with a page that shows the form again. A member that could not be read
/// keeps its default value.
///
///     "<input name=seats value='" + html_escape(form.typed.of("seats")) + "'>" + html_escape(form.errors.of("seats"))
template <class P>
struct Checked : P {
  /// What is wrong with the input; empty when the whole input could be read and is valid.
  FieldErrors errors;
  TextFields typed;  ///< the fields of a Form or Query as they were sent; empty for Json
};

/// A field of the request's head, as a T. If the field is missing, the client gets 400, unless T is
/// an optional.
template <base::FixedText Name, class T = std::string_view>
struct Header : Held<T> {};
/// A cookie of the request, as a T. If the cookie is missing, the client gets 400, unless T is an
/// optional.
template <base::FixedText Name, class T = std::string_view>
struct Cookie : Held<T> {};

/// Makes a parameter of type P from a request. An application specializes FromRequest for its own
/// types:
///
///     template <>
///     struct mastic::routing::FromRequest<Caller> {
///       static constexpr bool kNeedsContent = false;   // true: `take` finds all content in request.text()
///       static Caller take(Request& request);          // throws HttpError, or another exception
///     };
///     site.get<"/me">([](Caller caller) { ... });
///
/// If the content must not be read into memory whole, FromRequest also has `static bool
/// has_content(const Request&)`, which says that it is here, and `static Task<> gather(Request&)`,
/// which reads it.
///
/// `take` is called for each request, on the thread of the handler, and may return views into the
/// request. (A handler that takes Body pulls the content itself.)
template <class P>
struct FromRequest;

/// A type that a handler may take as a parameter, because FromRequest makes it.
template <class P>
concept TakenFromRequest = requires(Request& request) {
  { FromRequest<P>::take(request) } -> std::same_as<P>;
  { FromRequest<P>::kNeedsContent } -> std::convertible_to<bool>;
};

namespace detail {

/// A parameter whose FromRequest reads the content itself.
template <class P>
concept GathersContent = requires(Request& request) {
  { FromRequest<P>::has_content(request) } -> std::same_as<bool>;
  { FromRequest<P>::gather(request) } -> std::same_as<app::Task<>>;
};

/// Parses the content as JSON. Throws 415 when the content has another type or a content coding,
/// and 400 when it is not JSON.
[[nodiscard]] json::JsonDocument parse_json_content(const Request& request);
/// Throws 415 when the content is not a form, or has a content coding.
void want_form_content(const Request& request);

/// How many text fields a form or query may have. Each member of a struct searches the list.
inline constexpr std::size_t kMaxTextFields = 1000;
/// Throws `status`, because there are more than kMaxTextFields fields.
[[noreturn]] void refuse_many_fields(http::Status status);
/// Reads fields such as `a=1&b=x+y%21`. Throws 400 for a malformed escape, and the status
/// `too_many` for more than kMaxTextFields fields.
[[nodiscard]] TextFields read_text_fields(std::string_view text, http::Status too_many);

/// Returns a message such as "a number is expected, 'x' found".
[[nodiscard]] std::string mismatch(std::string_view expected, std::string_view found);
/// Throws 400 for a field or cookie that is missing.
[[noreturn]] void refuse_missing(std::string_view kind, std::string_view name);
/// Throws 400 for a field or cookie whose text `found` is not what is `expected`.
[[noreturn]] void refuse_text(std::string_view kind, std::string_view name,
                              std::string_view expected, std::string_view found);

template <class T>
inline constexpr bool kIsView = std::same_as<T, std::string_view>;
template <class T>
inline constexpr bool kIsView<std::optional<T>> = kIsView<T>;
template <class T>
inline constexpr bool kIsView<std::vector<T>> = kIsView<T>;

/// Empties a list before its first element is read: given elements replace the default ones.
template <class T>
void forget_default(T&) {}
template <class T>
void forget_default(std::vector<T>& list) {
  list.clear();
}

/// Reads the fields `name` into a member of a struct.
template <class Field>
void read_text_field(const TextFields& given, std::string_view name, Field& field,
                     FieldErrors& errors) {
  static_assert(!kIsView<Field>, "text of a query or form is std::string (not a view)");
  bool is_first = true;
  for (const TextField& each : given.list()) {
    if (each.name != name) continue;
    if (std::exchange(is_first, false)) forget_default(field);
    if (TextValue<Field>::read(each.text, field)) continue;
    errors.add_unread(name, mismatch(TextValue<Field>::expected(), each.text));
  }
}

template <json::Aggregate T>
T read_text_object(const TextFields& given, FieldErrors& errors) {
  T object{};
  json::for_each_field(object, [&]<class Field>(std::string_view name, Field& field) {
    static_assert(!kIsFile<Field>, "a query has no files: take a Form");
    if constexpr (!kIsFile<Field>) read_text_field(given, name, field, errors);
  });
  validate(object, errors);
  return object;
}

/// Reads a struct that may have members of type File.
template <json::Aggregate T>
T read_form_object(FormContent& given, FieldErrors& errors) {
  T object{};
  json::for_each_field(object, [&]<class Field>(std::string_view name, Field& field) {
    if constexpr (kIsFile<Field>) {
      take_files(given, name, field, errors);
    } else {
      read_text_field(given.texts, name, field, errors);
    }
  });
  validate(object, errors);
  return object;
}

/// The names of the members of T that are files.
template <json::Aggregate T>
std::vector<std::string_view> file_names() {
  std::vector<std::string_view> names;
  T object{};
  json::for_each_field(object, [&]<class Field>(std::string_view name, Field&) {
    if constexpr (kIsFile<Field>) names.push_back(name);
  });
  return names;
}

inline TextFields texts_of(TextFields&& typed) { return std::move(typed); }
inline TextFields texts_of(FormContent&& typed) { return std::move(typed.texts); }

/// Reads the text of a field or cookie as a T.
template <class T>
T read_one_text(std::optional<std::string_view> text, std::string_view kind,
                std::string_view name) {
  T value{};
  if (!text && !json::kIsOptional<T>) refuse_missing(kind, name);
  if (text && !TextValue<T>::read(*text, value)) {
    refuse_text(kind, name, TextValue<T>::expected(), *text);
  }
  return value;
}

/// Reads a P, and throws all errors in it as one InvalidInput.
template <class P>
struct TakenWhole {
  static P take(Request& request) {
    FieldErrors errors;
    P taken = FromRequest<P>::read(request, errors);
    if (!errors.empty()) throw InvalidInput(std::move(errors));
    return taken;
  }
};

}  // namespace detail

template <json::JsonReadable T, json::UnknownMembers Unknown>
struct FromRequest<Json<T, Unknown>> : detail::TakenWhole<Json<T, Unknown>> {
  static constexpr bool kNeedsContent = true;
  static Json<T, Unknown> read(Request& request, FieldErrors& errors) {
    const json::JsonDocument document = detail::parse_json_content(request);
    Json<T, Unknown> json{};
    // One fault more than is kept, so that the message can say that there are more.
    json::JsonReading reading(Unknown, FieldErrors::kMaxErrors + 1, document.max_element_bytes());
    const bool read = json::JsonType<T>::read(document.root(), *json, reading);
    for (const auto& [place, what] : reading.faults()) errors.add_unread(place, what);
    // A JsonType of the application may fail without a message.
    if (!read && errors.empty()) errors.add_unread("", "it cannot be read");
    validate(*json, errors);
    return json;
  }
};

template <json::Aggregate T>
struct FromRequest<Query<T>> : detail::TakenWhole<Query<T>> {
  static constexpr bool kNeedsContent = false;
  static TextFields typed(Request& request) {
    return detail::read_text_fields(request.query(), http::Status::BadRequest);
  }
  static Query<T> read(const TextFields& typed, FieldErrors& errors) {
    return {{detail::read_text_object<T>(typed, errors)}};
  }
  static Query<T> read(Request& request, FieldErrors& errors) {
    return read(typed(request), errors);
  }
};

template <json::Aggregate T>
struct FromRequest<Form<T>> : detail::TakenWhole<Form<T>> {
  static constexpr bool kNeedsContent = true;
  static bool has_content(const Request& request) { return detail::has_form_content(request); }
  static Task<> gather(Request& request) {
    if (!detail::is_multipart(request)) return request.gather();
    static const std::vector<std::string_view> kFiles = detail::file_names<T>();
    return detail::read_multipart(request, kFiles);
  }
  static detail::FormContent typed(Request& request) { return detail::take_form_content(request); }
  static Form<T> read(detail::FormContent& typed, FieldErrors& errors) {
    return {{detail::read_form_object<T>(typed, errors)}};
  }
  static Form<T> read(Request& request, FieldErrors& errors) {
    detail::FormContent content = typed(request);
    return read(content, errors);
  }
};

/// A parameter that can be read together with its errors: Json, Query, Form.
template <class P>
concept ReadFromRequest = TakenFromRequest<P> && requires(Request& request, FieldErrors& errors) {
  { FromRequest<P>::read(request, errors) } -> std::same_as<P>;
};

template <ReadFromRequest P>
struct FromRequest<Checked<P>> {
  static constexpr bool kNeedsContent = FromRequest<P>::kNeedsContent;
  static bool has_content(const Request& request)
    requires detail::GathersContent<P>
  {
    return FromRequest<P>::has_content(request);
  }
  static Task<> gather(Request& request)
    requires detail::GathersContent<P>
  {
    return FromRequest<P>::gather(request);
  }
  static Checked<P> take(Request& request) {
    FieldErrors errors;
    if constexpr (requires { FromRequest<P>::typed(request); }) {
      auto typed = FromRequest<P>::typed(request);
      P read = FromRequest<P>::read(typed, errors);
      return {std::move(read), std::move(errors), detail::texts_of(std::move(typed))};
    } else {
      P read = FromRequest<P>::read(request, errors);
      return {std::move(read), std::move(errors), {}};
    }
  }
};

template <base::FixedText Name, class T>
struct FromRequest<Header<Name, T>> {
  static constexpr bool kNeedsContent = false;
  static Header<Name, T> take(Request& request) {
    constexpr std::string_view kName = Name.view();
    return {{detail::read_one_text<T>(request.field(kName), "field", kName)}};
  }
};

template <base::FixedText Name, class T>
struct FromRequest<Cookie<Name, T>> {
  static constexpr bool kNeedsContent = false;
  static Cookie<Name, T> take(Request& request) {
    constexpr std::string_view kName = Name.view();
    return {{detail::read_one_text<T>(request.cookie(kName), "cookie", kName)}};
  }
};

template <>
struct FromRequest<Body> {
  static constexpr bool kNeedsContent = false;
  static Body take(Request& request) { return std::exchange(request.body(), Body::taken()); }
};

}  // namespace mastic::routing
