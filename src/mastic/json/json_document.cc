// Boost's parser reads the text and calls a handler; the handler builds the tree in an arena.
//
//     [1, {"a": "x"}]
//
//     Array ─first─► Int 1 ─next─► Object          values of one array or object are a linked list,
//                                    └─first─► Member "a", String "x"    in the order of the text
//
// A list rather than an array of children, because their number is not known while they arrive, and
// nothing is moved or freed before the document is destroyed. Boost's own values are not used: if a
// name occurs twice, they silently keep one of the values, and they take more memory (ADR 0008).

#include "mastic/json/json_document.h"

// Boost is compiled into this file, all of it under a name of our own, so that a program may link a
// Boost of any version beside it. Its configuration comes first and keeps its real name: it names
// files by macros, which the renaming would break, and it declares a few types that the rest refers
// to.
#include <boost/config.hpp>
namespace boost_of_mastic {
using boost::long_long_type;
using boost::ulong_long_type;
#ifdef BOOST_HAS_INT128
using boost::int128_type;
using boost::uint128_type;
#endif
}  // namespace boost_of_mastic
#define boost boost_of_mastic
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace mastic::json {

using Kind = JsonValue::Kind;

/// The handler of boost's parser: builds the tree from its events. Events that return false end the
/// parsing.
class detail::JsonBuilder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::json::error_code;
  using View = boost::json::string_view;

  explicit JsonBuilder(base::Arena& memory) : memory_(memory) {}
  [[nodiscard]] const JsonValue* root() const { return root_; }
  /// The name that two members of an object have, or std::nullopt if none has been found so far.
  [[nodiscard]] std::optional<std::string_view> repeated() const { return repeated_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(Kind::Object); }
  bool on_array_begin(Code&) { return open(Kind::Array); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_object_end(std::size_t, Code& code) {
    if (has_repeated_name(*open_.back().value)) {
      code = boost::json::error::not_object;  // any code will do: `repeated` has the reason
      return false;
    }
    return close();
  }
  bool on_key_part(View part, std::size_t, Code&) { return append(part); }
  bool on_key(View part, std::size_t, Code&) {
    name_ = keep(part);
    return true;
  }
  bool on_string_part(View part, std::size_t, Code&) { return append(part); }
  bool on_string(View part, std::size_t, Code&) {
    const std::string_view text = keep(part);
    JsonValue& value = add(Kind::String);
    value.content_.text = text.data();
    value.size_ = static_cast<std::uint32_t>(text.size());
    return true;
  }
  bool on_number_part(View part, Code&) { return append(part); }
  bool on_int64(std::int64_t number, View, Code&) {
    parts_.clear();
    add(Kind::Int).content_.integer = number;
    return true;
  }
  bool on_uint64(std::uint64_t number, View, Code&) {
    parts_.clear();
    add(Kind::Uint).content_.natural = number;
    return true;
  }
  /// Reads the digits again: boost's own result may be off in the last bit, and then a number that
  /// was written would not read back as the same number.
  bool on_double(double number, View part, Code&) {
    const std::string_view text = whole(part);
    (void)std::from_chars(text.data(), text.data() + text.size(), number);
    parts_.clear();
    add(Kind::Double).content_.number = number;
    return true;
  }
  bool on_bool(bool value, Code&) {
    add(Kind::Bool).content_.boolean = value;
    return true;
  }
  bool on_null(Code&) {
    add(Kind::Null);
    return true;
  }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

 private:
  /// An array or object whose end has not come yet.
  struct Open {
    JsonValue* value;
    JsonValue* last;  ///< its last child so far, to which the next one is linked, or null
  };

  /// Makes a value and links it to the innermost open array or object.
  JsonValue& add(Kind kind) {
    const bool is_member = !open_.empty() && open_.back().value->is(Kind::Object);
    JsonValue& value =
        is_member ? *memory_.make<JsonMember>(JsonValue(), name_) : *memory_.make<JsonValue>();
    value.kind_ = kind;
    if (open_.empty()) {
      root_ = &value;
    } else {
      Open& parent = open_.back();
      (parent.last == nullptr ? parent.value->content_.first : parent.last->next_) = &value;
      parent.last = &value;
      ++parent.value->size_;
    }
    return value;
  }
  bool open(Kind kind) {
    JsonValue& value = add(kind);
    value.content_.first = nullptr;
    open_.push_back({&value, nullptr});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  // A string or number may come in parts: boost gives the stretches between escapes, and the last
  // part ends the value. The parts are joined only at that end; most strings come whole and are
  // copied once.

  bool append(View part) {
    parts_.append(part.data(), part.size());
    return true;
  }
  /// All parts together, with `last` at their end; valid until the next part.
  std::string_view whole(View last) {
    if (parts_.empty()) return {last.data(), last.size()};
    append(last);
    return parts_;
  }
  std::string_view keep(View last) {
    const std::string_view kept = memory_.copy(whole(last));
    parts_.clear();
    return kept;
  }

  /// Whether two members have the same name. If so, `repeated` returns that name. The names are
  /// sorted once, when the object ends: comparing each member with those before it would take
  /// quadratic time, and the text comes from a client.
  bool has_repeated_name(const JsonValue& object) {
    names_.clear();
    // Room for exactly this number of names: growing by doubling would take more memory than
    // `parse` promises.
    names_.reserve(object.size());
    for (const JsonMember& member : object.members()) names_.push_back(member.name);
    std::ranges::sort(names_);
    const auto twice = std::ranges::adjacent_find(names_);
    if (twice == names_.end()) return false;
    repeated_ = *twice;
    return true;
  }

  base::Arena& memory_;
  const JsonValue* root_ = nullptr;
  std::vector<Open> open_;
  std::vector<std::string_view> names_;
  std::string parts_;
  std::string_view name_;
  std::optional<std::string_view> repeated_;
};

// The promise about memory: the smallest value of an array takes two bytes of text ("0,"), the
// smallest member six ("\"a\":0,").
static_assert(sizeof(JsonValue) <= 24 && sizeof(JsonMember) <= 40,
              "`[0,0,` is a value of two bytes, `{\"a\":0,` a member of six");

std::string detail::shown_name(std::string_view name) {
  constexpr std::size_t kMaxShown = 100;
  if (name.size() <= kMaxShown) return std::string(name);
  std::size_t end = kMaxShown;
  while ((static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;  // within a character
  return std::string(name.substr(0, end)) + "...";
}

const JsonMember* JsonValue::member(std::string_view name) const {
  for (const JsonMember& member : members()) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

std::string_view JsonValue::kind_text() const {
  switch (kind_) {
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

base::Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    return base::fail("texts of 4 GiB and more are not accepted");
  }
  JsonDocument document;
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::basic_parser<detail::JsonBuilder> parser(options, *document.memory_);
  boost::json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  if (const auto repeated = parser.handler().repeated()) {
    return base::fail("the name '", detail::shown_name(*repeated), "' occurs twice in an object");
  }
  if (code) return base::fail("not JSON, at byte ", std::to_string(used), ": ", code.message());
  if (used < text.size()) {
    return base::fail("not JSON, at byte ", std::to_string(used), ": something follows the value");
  }
  document.root_ = parser.handler().root();
  document.text_bytes_ = text.size();
  return document;
}

}  // namespace mastic::json
