#include "mastic/testing/test_request.h"

#include <stdexcept>

#include "mastic/base/encoding.h"
#include "mastic/json/json_document.h"

namespace mastic::testing {
namespace {

using json::JsonValue;

/// Whether a byte stays as it is in a form: the "application/x-www-form-urlencoded percent-encode
/// set" of WHATWG URL §1.3 leaves only these out.
bool stays(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') || c == '*' || c == '-' || c == '.' || c == '_';
}

void append_form_value(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    base::append_percent_encoded(out, text.substr(0, space), stays);
    if (space == text.npos) return;
    out += '+';
    text.remove_prefix(space + 1);
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += '&';
  append_form_value(out, name);
  out += '=';
  append_form_value(out, value);
}

/// A value as it stands in JSON, without the quotes of text.
std::string plain_text(std::string_view name, const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::Bool:
      return value.boolean() ? "true" : "false";
    case JsonValue::Kind::Int:
      return std::to_string(value.integer());
    case JsonValue::Kind::Uint:
      return std::to_string(value.natural());
    case JsonValue::Kind::Double:
      return json::to_json(value.number());
    case JsonValue::Kind::String:
      return std::string(value.text());
    default:
      throw std::invalid_argument("the field " + std::string(name) + " holds " +
                                  std::string(value.kind_text()) +
                                  ", which a form or a query cannot carry");
  }
}

}  // namespace

std::string ExpectedStatus::to_string() const {
  if (first_ == 200 && last_ == 399) return "2xx or 3xx";
  if (first_ == last_) return std::to_string(first_);
  return std::to_string(first_) + " to " + std::to_string(last_);
}

std::string form_text(const FieldList& fields) {
  std::string text;
  for (const auto& [name, value] : fields) append_field(text, name, value);
  return text;
}

std::string detail::form_text_of_json(std::string_view text) {
  const auto document = json::JsonDocument::parse(std::string(text));
  const JsonValue& root = document.value().root();
  if (!root.is(JsonValue::Kind::Object))
    throw std::invalid_argument("a form or a query is made of a struct, not of " +
                                std::string(root.kind_text()));
  std::string form;
  for (const json::JsonMember& member : root.members()) {
    if (member.is(JsonValue::Kind::Null)) continue;
    if (!member.is(JsonValue::Kind::Array)) {
      append_field(form, member.name, plain_text(member.name, member));
      continue;
    }
    for (const JsonValue& element : member.elements())
      append_field(form, member.name, plain_text(member.name, element));
  }
  return form;
}

std::string detail::to_text(const Where& where) {
  const std::string_view file = where.file_name();
  return std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(where.line()) + ": ";
}

}  // namespace mastic::testing
