// A parsed JSON text (RFC 8259): a tree of values that can be asked for their kind and content.
//
// Parsing is strict: UTF-8 only, no comments, no trailing commas, every name once in an object.
// json.h converts the tree to C++ values.

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
/// The name of a member as messages show it: at most 100 bytes. The name may come from a client and
/// be as long as the document, and messages repeat it for every fault below that member.
[[nodiscard]] std::string shown_name(std::string_view name);
}  // namespace detail

/// A value of a document. Its kind decides which observers may be called. The value and all views
/// that it gives live as long as the document.
class JsonValue {
 public:
  /// What a value is. A number is the first of Int, Uint and Double that holds it.
  enum class Kind : std::uint8_t { Null, Bool, Int, Uint, Double, String, Array, Object };

  /// The kind of this value.
  [[nodiscard]] Kind kind() const { return kind_; }
  /// Whether this value is of this kind.
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  /// Whether this value is an Array or an Object.
  [[nodiscard]] bool has_parts() const { return kind_ == Kind::Array || kind_ == Kind::Object; }
  /// The kind in words, for messages: "a number", "an object".
  [[nodiscard]] std::string_view kind_text() const;

  // Each observer requires the kind that its comment names.

  /// The value of a Bool.
  [[nodiscard]] bool boolean() const { return asked_as(Kind::Bool).content_.boolean; }
  /// The value of an Int.
  [[nodiscard]] std::int64_t integer() const { return asked_as(Kind::Int).content_.integer; }
  /// The value of a Uint: a whole number too large for an Int.
  [[nodiscard]] std::uint64_t natural() const { return asked_as(Kind::Uint).content_.natural; }
  /// The value of a Double.
  [[nodiscard]] double number() const { return asked_as(Kind::Double).content_.number; }
  /// The value of a String, without quotes and escapes.
  [[nodiscard]] std::string_view text() const {
    return {asked_as(Kind::String).content_.text, size_};
  }
  /// The elements of an Array, for a range-for.
  [[nodiscard]] JsonRange<JsonValue> elements() const;
  /// The members of an Object, for a range-for.
  [[nodiscard]] JsonRange<JsonMember> members() const;
  /// The member of an Object with this name, or null. Linear in the number of members.
  [[nodiscard]] const JsonMember* member(std::string_view name) const;
  /// The number of elements of an Array, of members of an Object, or of bytes of a String.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  template <class T>
  friend class JsonRange;
  friend class detail::JsonBuilder;

  [[nodiscard]] const JsonValue& asked_as(Kind kind) const {
    MASTIC_ASSERT(kind_ == kind, {"kind", static_cast<int>(kind_)});
    return *this;
  }

  const JsonValue* next_ = nullptr;  ///< the next value in the same array or object
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

/// A member of an object: a value with its name.
struct JsonMember : JsonValue {
  /// The name, with its escapes resolved.
  std::string_view name;
};

/// The values of an array or object, in order.
template <class T>
class JsonRange {
 public:
  /// Goes from one value to the next.
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

  /// Begins at `first`, or is empty if `first` is null.
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

/// A JSON text as a tree of values. The tree does not refer to the text from which it was parsed.
class JsonDocument {
 public:
  /// How deep arrays and objects may be nested.
  static constexpr std::size_t kMaxDepth = 32;

  /// Parses a text. Fails if the text is not JSON, is nested deeper than kMaxDepth, or has 4 GiB or
  /// more; the message says what is wrong and at which byte. Takes at most 16 times the size of the
  /// text plus 8 KiB of memory, whatever the text is.
  [[nodiscard]] static base::Result<JsonDocument> parse(std::string_view text);

  /// The value that the text consists of.
  [[nodiscard]] const JsonValue& root() const MASTIC_LIFETIMEBOUND { return *root_; }
  /// How much memory the elements of lists and maps may take when this document is read into them:
  /// 64 times the size of its text plus 256 KiB. An element may be much larger than its text: `{}`
  /// is read as a struct of any size.
  [[nodiscard]] std::size_t max_element_bytes() const { return (256 << 10) + 64 * text_bytes_; }

 private:
  JsonDocument() : memory_(std::make_unique<base::Arena>()) {}

  std::unique_ptr<base::Arena> memory_;
  const JsonValue* root_ = nullptr;
  std::size_t text_bytes_ = 0;
};

}  // namespace mastic::json
