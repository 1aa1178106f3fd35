// A JSON text (RFC 8259), taken apart: values that can be asked what they are.
//
// Strict: UTF-8 only, no comments, no trailing commas, a name once in each object. json.h makes C++
// values of it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/base/attributes.h"
#include "mastic/base/result.h"

namespace mastic::base {

/// A value of a document, and a link to the one after it in its array or object.
struct JsonValue {
  enum class Kind : std::uint8_t { Null, Bool, Int, Uint, Double, String, Array, Object };
  Kind kind = Kind::Null;
  bool boolean = false;
  std::string_view name;  ///< in its object
  std::string_view text;  ///< of a string
  std::int64_t integer = 0;
  std::uint64_t natural = 0;  ///< of Uint: a number that no Int can hold
  double number = 0;
  std::size_t size = 0;              ///< of an array or object
  const JsonValue* first = nullptr;  ///< of its elements or members
  const JsonValue* next = nullptr;

  /// The member of an object; none when it has no such one.
  [[nodiscard]] const JsonValue* member(std::string_view member_name) const;
  /// "a number", "an object": for messages.
  [[nodiscard]] std::string_view kind_text() const;
};

class JsonDocument {
 public:
  static constexpr std::size_t kMostDepth = 32;

  /// Fails with what is wrong and at which byte. A text deeper than kMostDepth is refused.
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text);

  [[nodiscard]] const JsonValue& root() const MASTIC_LIFETIMEBOUND { return *root_; }

 private:
  JsonDocument() : memory_(std::make_unique<Arena>()) {}

  std::unique_ptr<Arena> memory_;
  const JsonValue* root_ = nullptr;
};

}  // namespace mastic::base
