#include "mastic/base/json_document.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>
#include <vector>

namespace mastic::base {
namespace {

using Kind = JsonValue::Kind;

/// What boost's parser tells of, as a tree in an arena.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::json::error_code;
  using View = boost::json::string_view;

  explicit Builder(Arena& memory) : memory_(memory) {}
  [[nodiscard]] const JsonValue* root() const { return root_; }
  [[nodiscard]] std::string_view repeated() const { return repeated_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(Kind::Object); }
  bool on_array_begin(Code&) { return open(Kind::Array); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_object_end(std::size_t, Code& code) {
    if (has_repeated_name(*open_.back().value)) {
      code = boost::json::error::not_object;  // any: `repeated` says what it is
      return false;
    }
    return close();
  }
  bool on_key_part(View part, std::size_t, Code&) { return append(part); }
  bool on_key(View part, std::size_t, Code&) {
    append(part);
    name_ = take_text();
    return true;
  }
  bool on_string_part(View part, std::size_t, Code&) { return append(part); }
  bool on_string(View part, std::size_t, Code&) {
    append(part);
    add(Kind::String).text = take_text();
    return true;
  }
  bool on_number_part(View part, Code&) { return append(part); }
  bool on_int64(std::int64_t number, View, Code&) {
    text_.clear();
    add(Kind::Int).integer = number;
    return true;
  }
  bool on_uint64(std::uint64_t number, View, Code&) {
    text_.clear();
    add(Kind::Uint).natural = number;
    return true;
  }
  /// Boost's own result may be off by a little; a number that is written reads back the same.
  bool on_double(double number, View part, Code&) {
    append(part);
    JsonValue& value = add(Kind::Double);
    value.number = number;
    (void)std::from_chars(text_.data(), text_.data() + text_.size(), value.number);
    text_.clear();
    return true;
  }
  bool on_bool(bool value, Code&) {
    add(Kind::Bool).boolean = value;
    return true;
  }
  bool on_null(Code&) {
    add(Kind::Null);
    return true;
  }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

 private:
  struct Open {
    JsonValue* value;
    JsonValue* last;
  };

  JsonValue& add(Kind kind) {
    void* const place = memory_.allocate(sizeof(JsonValue), alignof(JsonValue));
    auto& value = *::new (place) JsonValue;
    value.kind = kind;
    value.name = name_;
    name_ = {};
    if (open_.empty()) {
      root_ = &value;
    } else {
      Open& parent = open_.back();
      (parent.last == nullptr ? parent.value->first : parent.last->next) = &value;
      parent.last = &value;
      ++parent.value->size;
    }
    return value;
  }
  bool open(Kind kind) {
    open_.push_back({&add(kind), nullptr});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool append(View part) {
    text_.append(part.data(), part.size());
    return true;
  }
  std::string_view take_text() {
    const std::string_view kept = memory_.copy(text_);
    text_.clear();
    return kept;
  }
  bool has_repeated_name(const JsonValue& object) {
    names_.clear();
    for (const JsonValue* member = object.first; member != nullptr; member = member->next) {
      names_.push_back(member->name);
    }
    std::ranges::sort(names_);
    const auto twice = std::ranges::adjacent_find(names_);
    if (twice == names_.end()) return false;
    repeated_ = *twice;
    return true;
  }

  Arena& memory_;
  const JsonValue* root_ = nullptr;
  std::vector<Open> open_;
  std::vector<std::string_view> names_;
  std::string text_;
  std::string_view name_;
  std::string_view repeated_;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view member_name) const {
  const JsonValue* found = first;
  while (found != nullptr && found->name != member_name) found = found->next;
  return found;
}

std::string_view JsonValue::kind_text() const {
  switch (kind) {
    case Kind::Null:
      return "null";
    case Kind::Bool:
      return "true or false";
    case Kind::Int:
    case Kind::Uint:
      return "a whole number";
    case Kind::Double:
      return "a number";
    case Kind::String:
      return "a string";
    case Kind::Array:
      return "an array";
    case Kind::Object:
      return "an object";
  }
  return "";
}

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  JsonDocument document;
  boost::json::parse_options options;
  options.max_depth = kMostDepth;
  boost::json::basic_parser<Builder> parser(options, *document.memory_);
  boost::json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  const std::string_view repeated = parser.handler().repeated();
  if (!repeated.empty()) return fail("the name '", repeated, "' stands twice in an object");
  if (code) return fail("not JSON, at byte ", std::to_string(used), ": ", code.message());
  if (used < text.size()) {
    return fail("not JSON, at byte ", std::to_string(used), ": something follows the value");
  }
  document.root_ = parser.handler().root();
  return document;
}

}  // namespace mastic::base
