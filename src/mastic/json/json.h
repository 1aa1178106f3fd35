// Converts C++ values to JSON and back, without macros: aggregates are objects whose members are
// named like their fields.
//
//     struct Item { std::string name; int count; std::optional<double> price; };
//     std::string text = to_json(item);            // {"name":"tea","count":2}
//     Result<Item> back = from_json<Item>(text);   // or: "count: a whole number is expected, a string found"
//
// Also known: bool, numbers, strings, std::optional (absent or null), vectors, arrays, maps with
// string keys, variants (variant.h), enumerations (the name of the enumerator
// as a string), time points (ISO 8601, seconds, UTC), and any nesting of these. For a type of your
// own, specialize JsonType.

#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/base/encoding.h"
#include "mastic/base/result.h"
#include "mastic/base/text.h"
#include "mastic/json/aggregate.h"
#include "mastic/json/enumeration.h"
#include "mastic/json/json_document.h"
#include "mastic/json/json_reading.h"
#include "mastic/json/tag.h"

namespace mastic::json {

/// How values of T are written and read:
///
///     static void write(std::string& out, const T& value);
///     static bool read(const JsonValue& value, T& into, JsonReading& reading);
template <class T>
struct JsonType;

/// A type that can be written as JSON.
template <class T>
concept JsonWritable =
    requires(std::string& out, const T& value) { JsonType<T>::write(out, value); };
/// A type that can be read from JSON.
template <class T>
concept JsonReadable = requires(const JsonValue& value, T& into, JsonReading& reading) {
  { JsonType<T>::read(value, into, reading) } -> std::same_as<bool>;
};

/// Appends `value` as JSON.
template <JsonWritable T>
void append_json(std::string& out, const T& value) {
  JsonType<T>::write(out, value);
}
/// Returns `value` as JSON.
template <JsonWritable T>
[[nodiscard]] std::string to_json(const T& value) {
  constexpr std::size_t kUsualBytes = 120;
  std::string out;
  out.reserve(kUsualBytes);
  append_json(out, value);
  return out;
}

/// Reads `value`, the root or a part of a document, as a T. The result does not refer to the
/// document. Fails with the first fault, as "count: a whole number is expected, a string found".
template <JsonReadable T>
[[nodiscard]] base::Result<T> from_json(const JsonValue& value,
                                        UnknownMembers unknown = UnknownMembers::Ignore) {
  T into{};
  JsonReading reading(unknown);
  if (JsonType<T>::read(value, into, reading)) return into;
  return base::fail(reading.message());
}
/// Reads a JSON text as a T. Fails with the first fault, as "count: a whole number is expected, a
/// string found". Also fails if the text is not JSON (JsonDocument::parse), or has too many
/// elements for its size (JsonDocument::max_element_bytes).
template <JsonReadable T>
[[nodiscard]] base::Result<T> from_json(std::string_view text,
                                        UnknownMembers unknown = UnknownMembers::Ignore) {
  const auto document = JsonDocument::parse(text);
  if (!document) return std::unexpected(document.error());
  T into{};
  JsonReading reading(unknown, 1, document->max_element_bytes());
  if (JsonType<T>::read(document->root(), into, reading)) return into;
  return base::fail(reading.message());
}

namespace detail {

// These functions write and read a part of a value. The static_asserts say in plain words which
// types JSON can express; without them the compiler would list every JsonType that does not fit.

template <class T>
void write_part(std::string& out, const T& part) {
  constexpr bool kIsKnown = JsonWritable<T>;
  static_assert(
      kIsKnown,
      "JSON knows bool, numbers, strings, enumerations, std::optional, vectors, arrays, maps with "
      "string keys, variants, sys_seconds and plain structs of these; other types need a JsonType");
  if constexpr (kIsKnown) JsonType<T>::write(out, part);
}
template <class T>
bool read_part(const JsonValue& value, T& into, JsonReading& reading) {
  constexpr bool kIsKnown = JsonReadable<T>;
  static_assert(kIsKnown,
                "JSON is read as bool, numbers, std::string (not a view), enumerations, "
                "std::optional, vectors, arrays, maps with string keys, variants, sys_seconds and "
                "plain structs of these; other types need a JsonType");
  if constexpr (kIsKnown) return JsonType<T>::read(value, into, reading);
  return false;
}

}  // namespace detail

// ---- scalars ----

template <>
struct JsonType<bool> {
  static void write(std::string& out, bool value) {
    out.append(value ? "true" : "false", value ? 4 : 5);
  }
  static bool read(const JsonValue& value, bool& into, JsonReading& reading);
};

template <std::integral T>
struct JsonType<T> {
  static void write(std::string& out, T value) {
    constexpr std::size_t kMaxDigits = 20;
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + kMaxDigits, [&](char* text, std::size_t) {
      return std::to_chars(text + before, text + before + kMaxDigits, value).ptr - text;
    });
  }
  static bool read(const JsonValue& value, T& into, JsonReading& reading) {
    const bool is_natural = value.is(JsonValue::Kind::Uint);
    if (!is_natural && !value.is(JsonValue::Kind::Int)) {
      return reading.fail(value, "a whole number");
    }
    const bool fits =
        is_natural ? std::in_range<T>(value.natural()) : std::in_range<T>(value.integer());
    if (!fits) {
      return reading.fail("a whole number from " + std::to_string(std::numeric_limits<T>::min()) +
                          " to " + std::to_string(std::numeric_limits<T>::max()) + " is expected");
    }
    into = is_natural ? static_cast<T>(value.natural()) : static_cast<T>(value.integer());
    return true;
  }
};

template <std::floating_point T>
struct JsonType<T> {
  /// Writes the shortest text that reads back as the same number. JSON has no NaN and no infinity,
  /// so these become null.
  static void write(std::string& out, T value) {
    if (!std::isfinite(value)) return static_cast<void>(out += "null");
    if (value == 0 && std::signbit(value)) {
      out += "-0.0";  // without the point it would be read as a whole number, which has no -0
      return;
    }
    char digits[64];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  static bool read(const JsonValue& value, T& into, JsonReading& reading) {
    switch (value.kind()) {
      case JsonValue::Kind::Int:
        into = static_cast<T>(value.integer());
        return true;
      case JsonValue::Kind::Uint:
        into = static_cast<T>(value.natural());
        return true;
      case JsonValue::Kind::Double: {
        const T number = static_cast<T>(value.number());
        if (std::isfinite(number)) into = number;
        return std::isfinite(number) || reading.fail("a number in its range is expected");
      }
      default:
        return reading.fail(value, "a number");
    }
  }
};

template <class T>
  requires std::same_as<T, std::string> || std::same_as<T, std::string_view>
struct JsonType<T> {
  static void write(std::string& out, std::string_view value) {
    base::append_json_string(out, value);
  }
  static bool read(const JsonValue& value, T& into, JsonReading& reading)
    requires std::same_as<T, std::string>
  {
    if (!value.is(JsonValue::Kind::String)) return reading.fail(value, "a string");
    into = value.text();
    return true;
  }
};

/// A time is written as a string: "2026-11-21T20:33:01Z".
template <>
struct JsonType<std::chrono::sys_seconds> {
  static void write(std::string& out, std::chrono::sys_seconds value);
  static bool read(const JsonValue& value, std::chrono::sys_seconds& into, JsonReading& reading);
};

/// An enumeration is written as the name of its enumerator, as it is spelt in the program. A value
/// without a name (enumeration.h) is written as its number and cannot be read back.
template <Enumeration T>
struct JsonType<T> {
  static void write(std::string& out, T value) {
    const std::string_view name = enum_name(value);
    if (name.empty()) return append_json(out, std::to_underlying(value));
    append_json(out, name);
  }
  static bool read(const JsonValue& value, T& into, JsonReading& reading) {
    const bool is_string = value.is(JsonValue::Kind::String);
    const std::optional<T> found = is_string ? parse_enum<T>(value.text()) : std::nullopt;
    if (!found) return reading.fail(value, enum_names<T>());
    into = *found;
    return true;
  }
};

// ---- containers ----

/// A type that is an array in JSON: iterable, growing at its end like std::vector, and not text.
template <class T>
concept JsonList = requires(T list) {
  list.begin();
  list.emplace_back();
  typename T::value_type;
} && !std::convertible_to<T, std::string_view>;

/// A type that is an object with arbitrary members in JSON, such as std::map<std::string, T>.
template <class T>
concept JsonMap = requires {
  typename T::mapped_type;
  requires std::same_as<typename T::key_type, std::string>;
};

/// Whether T is a std::optional. A member of an object that is read as a std::optional may be
/// missing.
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
struct JsonType<std::optional<T>> {
  static void write(std::string& out, const std::optional<T>& value) {
    value ? detail::write_part(out, *value) : static_cast<void>(out += "null");
  }
  static bool read(const JsonValue& value, std::optional<T>& into, JsonReading& reading) {
    if (value.is(JsonValue::Kind::Null)) {
      into = std::nullopt;
      return true;
    }
    constexpr bool kTakesParts = Aggregate<T> || JsonList<T> || JsonMap<T>;
    T read{};
    const bool good = detail::read_part<T>(value, read, reading);
    // A value with parts keeps those parts that could be read. Any other value with a fault stays
    // as it was before.
    if (good || (kTakesParts && value.has_parts())) into = std::move(read);
    return good;
  }
};

namespace detail {

template <class List>
void write_list(std::string& out, const List& list) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!std::exchange(first, false)) out += ',';
    write_part<typename List::value_type>(out, element);
  }
  out += ']';
}

/// Writes `,"name":`, without the comma for the first member.
inline void write_name(std::string& out, std::string_view name, bool& first) {
  if (!std::exchange(first, false)) out += ',';
  base::append_json_string(out, name);
  out += ':';
}
/// Writes `,"name":` for a field, with `before`, a brace or a comma, at its start. The name of a
/// field is an identifier and needs no escapes.
void write_field_name(std::string& out, char before, std::string_view name);

}  // namespace detail

template <JsonList T>
struct JsonType<T> {
  static void write(std::string& out, const T& list) { detail::write_list(out, list); }
  static bool read(const JsonValue& value, T& into, JsonReading& reading) {
    using Element = typename T::value_type;
    if (!value.is(JsonValue::Kind::Array)) return reading.fail(value, "an array");
    into.clear();
    std::size_t index = 0;
    bool good = true;
    for (const JsonValue& each : value.elements()) {
      if (reading.is_full() || !reading.take_element(sizeof(Element))) return false;
      Element element{};
      good &=
          reading.at(index++, [&] { return detail::read_part<Element>(each, element, reading); });
      // An element with a fault is added too, so that the others keep their places.
      into.push_back(std::move(element));
    }
    return good;
  }
};

template <class E, std::size_t N>
struct JsonType<std::array<E, N>> {
  static void write(std::string& out, const std::array<E, N>& list) {
    detail::write_list(out, list);
  }
  static bool read(const JsonValue& value, std::array<E, N>& into, JsonReading& reading) {
    if (!value.is(JsonValue::Kind::Array)) return reading.fail(value, "an array");
    if (value.size() != N) return reading.fail("an array of " + std::to_string(N) + " is expected");
    std::size_t index = 0;
    bool good = true;
    for (const JsonValue& each : value.elements()) {
      if (reading.is_full()) return false;
      E& element = into[index];
      good &= reading.at(index++, [&] { return detail::read_part<E>(each, element, reading); });
    }
    return good;
  }
};

template <JsonMap T>
struct JsonType<T> {
  static void write(std::string& out, const T& map) {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : map) {
      detail::write_name(out, name, first);
      detail::write_part(out, value);
    }
    out += '}';
  }
  static bool read(const JsonValue& value, T& into, JsonReading& reading) {
    using Mapped = typename T::mapped_type;
    if (!value.is(JsonValue::Kind::Object)) return reading.fail(value, "an object");
    into.clear();
    bool good = true;
    for (const JsonMember& each : value.members()) {
      if (reading.is_full() || !reading.take_element(sizeof(typename T::value_type))) return false;
      Mapped mapped{};
      good &=
          reading.at(each.name, [&] { return detail::read_part<Mapped>(each, mapped, reading); });
      into.emplace(std::string(each.name), std::move(mapped));
    }
    return good;
  }
};

// ---- aggregates ----

template <class T>
  requires((Aggregate<T> && !requires(T list) { list.begin(); }) || Tagged<T>)
struct JsonType<T> {
  /// Writes the tag, if there is one, and the members in the order of the fields. Leaves out empty
  /// optionals.
  static void write(std::string& out, const T& object) {
    char before = '{';
    if constexpr (Tagged<T>) {
      detail::check_tag<T>();
      detail::write_tag(out, T::kJsonTag);
      before = ',';
    }
    visit_fields(object, [&]<class Field>(std::string_view name, const Field& field) {
      if constexpr (kIsOptional<Field>) {
        if (!field) return;
      }
      detail::write_field_name(out, std::exchange(before, ','), name);
      detail::write_part(out, field);
    });
    if (before == '{') out += '{';  // no field was written
    out += '}';
  }
  static bool read(const JsonValue& value, T& into, JsonReading& reading) {
    if (!value.is(JsonValue::Kind::Object)) return reading.fail(value, "an object");
    bool good = has_tag(value, reading);
    visit_fields(into, [&]<class Field>(std::string_view name, Field& field) {
      good = !reading.is_full() && reading.at(name, [&] {
        const JsonMember* const member = value.member(name);
        if (member != nullptr) return detail::read_part<Field>(*member, field, reading);
        if constexpr (kIsOptional<Field>) return true;
        return reading.fail("it is missing");
      }) && good;
    });
    if (reading.unknown() == UnknownMembers::Ignore) return good;
    for (const JsonMember& each : value.members()) {
      if (reading.is_full()) return false;
      if (is_known(each.name)) continue;
      good = reading.at(each.name, [&] { return reading.fail("it is not known"); });
    }
    return good;
  }

 private:
  /// Calls `each(name, field)` for every field; a struct with a tag may have none.
  template <class Object, class Each>
  static void visit_fields(Object& object, Each each) {
    if constexpr (Aggregate<T>) for_each_field(object, std::move(each));
  }
  static bool has_tag(const JsonValue& value, JsonReading& reading) {
    if constexpr (Tagged<T>) {
      detail::check_tag<T>();
      return detail::read_tag(value, T::kJsonTag.member, detail::kTagValues<T>, reading) == 0;
    }
    return true;
  }
  static bool is_known(std::string_view name) {
    if constexpr (Tagged<T>) {
      if (name == T::kJsonTag.member) return true;
    }
    if constexpr (Aggregate<T>) {
      return std::ranges::find(field_names<T>(), name) != field_names<T>().end();
    }
    return false;
  }
};

}  // namespace mastic::json

#include "mastic/json/variant.h"  // JsonType of std::variant
