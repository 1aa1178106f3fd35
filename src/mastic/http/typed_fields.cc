#include "mastic/http/typed_fields.h"

#include <algorithm>
#include <stdexcept>

#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::http {
namespace {

void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

void append_seconds(std::string& list, std::string_view name,
                    const std::optional<std::chrono::seconds>& length) {
  if (!length) return;
  if (length->count() < 0) {
    throw std::invalid_argument("Cache-Control: " + std::string(name) + " cannot be negative");
  }
  append_item(list, std::string(name) + "=" + std::to_string(length->count()));
}

/// Returns `text` as a quoted-string (RFC 9110 §5.6.4). Requires: `text` is a valid field value.
std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!is_plain_ascii(value)) {
    throw std::invalid_argument("Link: '" + std::string(name) + "' must be ASCII");
  }
  out.append("; ").append(name).append("=").append(quote(value));
}

/// The part after the last slash or backslash, without control characters. The name often comes
/// from an upload, and a browser of another system may take either slash for a separator.
std::string base_name(std::string_view path) {
  std::string name(path.substr(path.find_last_of("/\\") + 1));
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return name;
}

}  // namespace

std::string CacheControl::to_string() const {
  if (is_public && is_private) {
    throw std::invalid_argument("Cache-Control: public and private exclude each other");
  }
  std::string list;
  if (no_store) append_item(list, "no-store");
  if (no_cache) append_item(list, "no-cache");
  if (is_public) append_item(list, "public");
  if (is_private) append_item(list, "private");
  append_seconds(list, "max-age", max_age);
  append_seconds(list, "s-maxage", s_maxage);
  append_seconds(list, "stale-while-revalidate", stale_while_revalidate);
  if (must_revalidate) append_item(list, "must-revalidate");
  if (immutable) append_item(list, "immutable");
  if (list.empty()) throw std::invalid_argument("Cache-Control: nothing is set");
  return list;
}

std::string ContentDisposition::to_string() const {
  std::string text = kind == Kind::Attachment ? "attachment" : "inline";
  const std::string name = base_name(filename);
  if (name.empty()) return text;
  // Old clients read only `filename`, in ASCII; others prefer `filename*` (RFC 6266 appendix D).
  std::string ascii = name;
  std::ranges::replace_if(ascii, [](char c) { return !is_plain_ascii({&c, 1}); }, '_');
  text.append("; filename=").append(quote(ascii));
  if (ascii != name) {
    text.append("; filename*=UTF-8''").append(base::percent_encode_segment(name));
  }
  return text;
}

std::string Link::to_string() const {
  const bool fits = is_plain_ascii(target) && target.find_first_of(" <>") == target.npos;
  if (target.empty() || !fits) {
    throw std::invalid_argument("Link: '" + target +
                                "' is not a URL; escape what URLs cannot hold");
  }
  if (rel.empty())
    throw std::invalid_argument("Link: `rel` is missing; it says what the link is for");
  std::string text = "<" + target + ">";
  append_parameter(text, "rel", rel);
  append_parameter(text, "as", as);
  append_parameter(text, "type", type);
  append_parameter(text, "title", title);
  return text;
}

std::string RetryAfter::to_string() const {
  return std::to_string(std::max<std::chrono::seconds::rep>(after.count(), 0));
}

std::string Vary::to_string() const {
  std::string list;
  for (const FieldName name : on) append_item(list, http::to_string(name));
  if (list.empty()) throw std::invalid_argument("Vary: no field is named");
  return list;
}

void add_to_vary(Fields& fields, FieldName on) {
  std::string list = fields.view().joined(FieldName::Vary);
  for (std::string_view rest = list; !rest.empty();) {
    const std::string_view member = base::trim(base::take_until(rest, ','));
    if (member == "*" || base::equal_ignoring_case(member, http::to_string(on))) return;
  }
  append_item(list, http::to_string(on));
  fields.set(FieldName::Vary, list);
}

}  // namespace mastic::http
