// A JSON text (RFC 8259), taken apart: values that can be asked what they are.
//
// Strict: UTF-8 only, no comments, no trailing commas, a name once in each object. json.h makes C++
// values of it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/assert.h"
#include "mastic/base/attributes.h"
#include "mastic/base/result.h"

namespace mastic::json {

struct JsonMember;
template <class T>
class JsonRange;
namespace detail {
class JsonBuilder;
}

/// A value of a document. Which question may be asked depends on its kind. It lives as long as its
/// document, and so do all views it gives.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { Null, Bool, Int, Uint, Double, String, Array, Object };

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  /// "a number", "an object": for messages.
  [[nodiscard]] std::string_view kind_text() const;

  // Each requires the kind it is named beside.

  [[nodiscard]] bool boolean() const { return asked_as(Kind::Bool).content_.boolean; }
  [[nodiscard]] std::int64_t integer() const { return asked_as(Kind::Int).content_.integer; }
  /// Of Uint: a number that no Int can hold.
  [[nodiscard]] std::uint64_t natural() const { return asked_as(Kind::Uint).content_.natural; }
  [[nodiscard]] double number() const { return asked_as(Kind::Double).content_.number; }
  [[nodiscard]] std::string_view text() const {
    return {asked_as(Kind::String).content_.text, size_};
  }
  /// For a range-for: the values of an Array, and those of an Object with their names.
  [[nodiscard]] JsonRange<JsonValue> elements() const;
  [[nodiscard]] JsonRange<JsonMember> members() const;
  /// The member of an Object; none when it has no such one.
  [[nodiscard]] const JsonMember* member(std::string_view name) const;
  /// Of an Array or Object.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  template <class T>
  friend class JsonRange;
  friend class detail::JsonBuilder;

  [[nodiscard]] const JsonValue& asked_as(Kind kind) const {
    MASTIC_ASSERT(kind_ == kind, {"kind", static_cast<int>(kind_)});
    return *this;
  }

  const JsonValue* next_ = nullptr;  ///< in its array or object
  union {
    bool boolean;
    std::int64_t integer;
    std::uint64_t natural;
    double number;
    const char* text;
    const JsonValue* first;
  } content_{.natural = 0};
  std::uint32_t size_ = 0;
  Kind kind_ = Kind::Null;
};

/// A value of an object.
struct JsonMember : JsonValue {
  std::string_view name;
};

template <class T>
class JsonRange {
 public:
  class Iterator {
   public:
    explicit Iterator(const JsonValue* at) : at_(at) {}
    const T& operator*() const { return static_cast<const T&>(*at_); }
    Iterator& operator++() {
      at_ = at_->next_;
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return at_ == nullptr; }

   private:
    const JsonValue* at_;
  };

  explicit JsonRange(const JsonValue* first) : first_(first) {}
  [[nodiscard]] Iterator begin() const { return Iterator(first_); }
  [[nodiscard]] static std::default_sentinel_t end() { return {}; }

 private:
  const JsonValue* first_;
};

inline JsonRange<JsonValue> JsonValue::elements() const {
  return JsonRange<JsonValue>(asked_as(Kind::Array).content_.first);
}
inline JsonRange<JsonMember> JsonValue::members() const {
  return JsonRange<JsonMember>(asked_as(Kind::Object).content_.first);
}

class JsonDocument {
 public:
  static constexpr std::size_t kMaxDepth = 32;

  /// Fails with what is wrong and at which byte. A text deeper than kMaxDepth is refused, and one
  /// of 4 GiB. Takes memory of 16 times the text and 8 KiB at the most, whatever that is.
  [[nodiscard]] static base::Result<JsonDocument> parse(std::string_view text);

  [[nodiscard]] const JsonValue& root() const MASTIC_LIFETIMEBOUND { return *root_; }

 private:
  JsonDocument() : memory_(std::make_unique<base::Arena>()) {}

  std::unique_ptr<base::Arena> memory_;
  const JsonValue* root_ = nullptr;
};

}  // namespace mastic::json
