// Parses any bytes as JSON. Nothing may crash, and what was read and written must read back the
// same, as a tree and as C++ values.

#include "mastic/json/json.h"

#include <map>
#include <string_view>
#include <vector>

#include "mastic/base/assert.h"

namespace {

using namespace mastic::json;

struct Leaf {
  std::string name;
  std::optional<double> number;
};
struct Tree {
  std::optional<std::vector<Leaf>> leaves;
  std::optional<std::map<std::string, std::int64_t>> counts;
  std::optional<bool> flag;
};

void append_tree(std::string& out, const JsonValue& value);

template <class Range, class Each>
void append_list(std::string& out, char open, const Range& range, Each each, char close) {
  out += open;
  for (bool first = true; const auto& value : range) {
    if (!std::exchange(first, false)) out += ',';
    each(value);
    append_tree(out, value);
  }
  out += close;
}

void append_tree(std::string& out, const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::Null:
      out += "null";
      return;
    case JsonValue::Kind::Bool:
      return append_json(out, value.boolean());
    case JsonValue::Kind::Int:
      return append_json(out, value.integer());
    case JsonValue::Kind::Uint:
      return append_json(out, value.natural());
    case JsonValue::Kind::Double:
      return append_json(out, value.number());
    case JsonValue::Kind::String:
      return append_json(out, value.text());
    case JsonValue::Kind::Array:
      return append_list(out, '[', value.elements(), [](const JsonValue&) {}, ']');
    case JsonValue::Kind::Object:
      const auto name = [&](const JsonMember& member) {
        MASTIC_ASSERT(value.member(member.name) == &member);
        append_json(out, member.name);
        out += ':';
      };
      return append_list(out, '{', value.members(), name, '}');
  }
}

/// The first round brings the text into the form that is written, so the second must not change it.
void check_tree(const JsonValue& value) {
  std::string text;
  append_tree(text, value);
  const auto again = JsonDocument::parse(text);
  MASTIC_ASSERT(again);
  std::string same;
  append_tree(same, again->root());
  MASTIC_ASSERT(same == text);
}

template <class T>
void check(const JsonValue& value) {
  const auto read = from_json<T>(value);
  if (!read) {
    MASTIC_ASSERT(!read.error().message.empty());
    return;
  }
  const std::string text = to_json(*read);
  const auto again = from_json<T>(text);
  MASTIC_ASSERT(again && to_json(*again) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto document = JsonDocument::parse({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  check_tree(document->root());
  check<Tree>(document->root());
  check<std::vector<double>>(document->root());
  check<std::map<std::string, std::string>>(document->root());
  check<std::vector<std::string>>(document->root());
  return 0;
}
