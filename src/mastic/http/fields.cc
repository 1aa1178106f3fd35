// Fields are kept as the text of an HTTP/1 head, so that a response is sent by copying one block:
//
//     text_      Content-Type: text/plain\r\nVary: Accept\r\n
//     entries_   {name_at, name_size, value_at, value_size} of each, as offsets into text_
//
// Adding appends to both. Removing closes the gap in the text and moves later offsets down, which
// is linear and rare.

#include "mastic/http/fields.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::http {
namespace {

bool has_blank_end(std::string_view value) {
  return !value.empty() && (base::is_blank(value.front()) || base::is_blank(value.back()));
}

bool is_named(const Field& field, std::string_view name) {
  return base::equal_ignoring_case(field.name, name);
}

}  // namespace

std::optional<std::string_view> FieldsView::get(FieldName name) const {
  for (const FieldEntry& entry : entries_) {
    if (entry.known == name) return std::string_view(bytes_ + entry.value_at, entry.value_size);
  }
  return std::nullopt;
}

std::optional<std::string_view> FieldsView::get(std::string_view name) const {
  const FieldName known = find_field_name(name);
  if (known != FieldName::Other) return get(known);
  for (const Field& field : *this) {
    if (is_named(field, name)) return field.value;
  }
  return std::nullopt;
}

std::string FieldsView::joined(FieldName name) const {
  std::string all;
  for (const Field& field : *this) {
    if (field.known == name) all.append(all.empty() ? "" : ", ").append(field.value);
  }
  return all;
}

std::size_t FieldsView::count(FieldName name) const {
  return static_cast<std::size_t>(std::ranges::count(entries_, name, &FieldEntry::known));
}

Fields::Fields(FieldsView fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Fields::add(std::string_view name, std::string_view value) {
  if (!is_token(name) || name.size() > std::numeric_limits<std::uint16_t>::max()) {
    throw std::invalid_argument("a field name must be a token");
  }
  append(find_field_name(name), name, value);
}

/// Requires: the name is a token, and `known` is its FieldName.
void Fields::append(FieldName known, std::string_view name, std::string_view value) {
  if (!is_field_value(value) || has_blank_end(value)) {
    throw std::invalid_argument("the value of the field " + std::string(name) +
                                " has a control character, or a space or tab at an end");
  }
  stop_sharing();
  FieldEntry entry{};
  entry.known = known;
  entry.name_at = static_cast<std::uint32_t>(text_.size());
  entry.name_size = static_cast<std::uint16_t>(name.size());
  entry.value_at = static_cast<std::uint32_t>(text_.size() + name.size() + 2);
  entry.value_size = static_cast<std::uint32_t>(value.size());
  entries_.push_back(entry);
  char* at = text_.extend(name.size() + value.size() + 4);
  at = base::put(at, name);
  at = base::put(at, ": ");
  at = base::put(at, value);
  base::put(at, "\r\n");
}

void Fields::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Fields::remove(std::string_view name) {
  stop_sharing();
  for (std::size_t i = entries_.size();
       i-- > 0;) {  // backwards: entries before `i` keep their place
    const FieldEntry entry = entries_[i];
    if (!is_named(view()[i], name)) continue;
    const std::uint32_t end = entry.value_at + entry.value_size + 2;
    text_.erase(entry.name_at, end - entry.name_at);
    entries_.erase(i, 1);
    for (std::size_t later = i; later < entries_.size(); ++later) {
      entries_[later].name_at -= end - entry.name_at;
      entries_[later].value_at -= end - entry.name_at;
    }
  }
}

void Fields::stop_sharing() {
  if (const Fields* const fields = std::exchange(shared_, nullptr)) *this = *fields;
}

void Fields::clear() {
  shared_ = nullptr;
  text_.clear();
  entries_.clear();
}

}  // namespace mastic::http
