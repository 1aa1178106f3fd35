#include "mastic/http/cookie.h"

#include <algorithm>
#include <stdexcept>

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::http {
namespace {

constexpr std::size_t kMaxBytes = 4096;  // name and value; browsers reject more

std::string_view without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// cookie-octet (RFC 6265 §4.1.1).
bool is_cookie_octet(char c) {
  return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

bool is_attribute_value(std::string_view text) {
  return is_field_value(text) && text.find(';') == text.npos;
}

/// Whether the name begins with `prefix`; browsers ignore case here.
bool has_prefix(std::string_view name, std::string_view prefix) {
  return base::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

/// Why browsers would reject the cookie; empty if they accept it.
std::string_view fault_of(const SetCookie& cookie) {
  if (!is_token(cookie.name)) return "its name is not a token";
  if (!std::ranges::all_of(cookie.value, is_cookie_octet)) {
    return "its value has a character that cookies cannot hold; encode it with "
           "percent_encode_segment";
  }
  if (cookie.name.size() + cookie.value.size() > kMaxBytes) return "it is larger than 4096 bytes";
  if (!cookie.path.starts_with('/') || !is_attribute_value(cookie.path)) {
    return "its path does not begin with '/', or has a semicolon";
  }
  if (!is_attribute_value(cookie.domain)) return "its domain has a semicolon";
  if (cookie.same_site == SetCookie::SameSite::None && !cookie.secure) {
    return "SameSite=None needs `secure`";
  }
  const bool is_host = has_prefix(cookie.name, "__Host-");
  if ((is_host || has_prefix(cookie.name, "__Secure-")) && !cookie.secure) {
    return "its prefix needs `secure`";
  }
  if (is_host && (cookie.path != "/" || !cookie.domain.empty())) {
    return "__Host- needs the path '/' and no domain";
  }
  return {};
}

std::string_view to_text(SetCookie::SameSite same_site) {
  switch (same_site) {
    case SetCookie::SameSite::Strict:
      return "Strict";
    case SetCookie::SameSite::Lax:
      return "Lax";
    case SetCookie::SameSite::None:
      return "None";
  }
  return "";
}

}  // namespace

// Cookies are not split beforehand: most handlers want one of them, or none. The bound keeps a
// lookup cheap in a request that is full of cookies; RFC 6265 §6.1 asks browsers to keep 50 for a
// site.
std::optional<std::string_view> find_cookie(FieldsView fields, std::string_view name) {
  std::size_t seen = 0;
  for (const Field field : fields) {
    if (field.known != FieldName::Cookie) continue;
    for (std::string_view rest = field.value; !rest.empty() && seen < kMaxCookies; ++seen) {
      std::string_view value = base::trim(base::take_until(rest, ';'));
      const bool is_pair = value.find('=') != value.npos;
      const std::string_view found = base::trim(base::take_until(value, '='));
      if (is_pair && found == name) return without_quotes(base::trim(value));
    }
  }
  return std::nullopt;
}

std::string SetCookie::to_string() const {
  if (const auto fault = fault_of(*this); !fault.empty()) {
    throw std::invalid_argument("cookie '" + name + "': " + std::string(fault));
  }
  std::string text = name + "=" + value + "; Path=" + path;
  if (!domain.empty()) text.append("; Domain=").append(domain);
  if (max_age) text.append("; Max-Age=").append(std::to_string(max_age->count()));
  text.append("; SameSite=").append(to_text(same_site));
  if (secure) text += "; Secure";
  if (http_only) text += "; HttpOnly";
  return text;
}

}  // namespace mastic::http
