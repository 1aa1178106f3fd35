#include "mastic/middleware/field_rules.h"

#include <algorithm>
#include <cstddef>

#include "mastic/base/text.h"
#include "mastic/http/date.h"
#include "mastic/http/entity_tag.h"
#include "mastic/http/media_type.h"
#include "mastic/http/syntax.h"

namespace mastic::middleware {
namespace {

using base::equal_ignoring_case;
using base::parse_decimal;
using base::trim;
using http::FieldName;
using http::is_token;

/// Takes what comes before the next `separator` outside of quotes off `text`.
std::string_view take_member(std::string_view& text, char separator) {
  bool is_quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_quoted || text[at] != separator); ++at) {
    if (is_quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      is_quoted = !is_quoted;
    }
  }
  at = std::min(at, text.size());
  const std::string_view member = trim(text.substr(0, at));
  text.remove_prefix(std::min(at + 1, text.size()));
  return member;
}

/// Whether `text` is a list whose members all pass `check`. An empty member is an error of a sender
/// (RFC 9110 §5.6.1.1).
template <class Check>
bool is_list(std::string_view text, const Check& check) {
  if (text.ends_with(',')) return false;
  do {
    if (!check(take_member(text, ','))) return false;
  } while (!text.empty());
  return true;
}

// A backslash escapes what follows it, also a quote (RFC 9110 §5.6.4): so the first quote that is not
// escaped has to be the last character.
bool is_quoted_string(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"')) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size();
    if (text[i] == '\\') ++i;
  }
  return false;
}

bool is_token_or_quoted(std::string_view text) { return is_token(text) || is_quoted_string(text); }

/// A directive of Cache-Control (RFC 9111 §5.2). Those that are times have a number.
bool is_cache_directive(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (!is_token(name)) return false;
  const bool has_value = equals != text.npos;
  for (const std::string_view time :
       {"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"}) {
    if (equal_ignoring_case(name, time)) {
      return has_value && parse_decimal(text.substr(equals + 1)).has_value();
    }
  }
  return !has_value || is_token_or_quoted(text.substr(equals + 1));
}

/// RFC 9111 §4.2.1: what contradicts itself is read as caches like. A lone `public` beside
/// `private` leaks pages of one person to others.
bool is_cache_control(std::string_view text) {
  const auto has = [&](std::string_view name) {
    std::string_view rest = text;
    while (!rest.empty()) {
      if (equal_ignoring_case(take_member(rest, ','), name)) return true;
    }
    return false;
  };
  return is_list(text, is_cache_directive) && !(has("public") && has("private"));
}

/// The characters of a URI reference (RFC 3986 §2), each escape with two digits.
bool is_uri_reference(std::string_view text) {
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=";
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_alphanumeric(text[i]) && kOthers.find(text[i]) == kOthers.npos) {
      return false;
    }
  }
  return true;
}

// All three formats that recipients have to read; which year a two-digit one means does not matter here.
bool is_date(std::string_view text) { return http::parse_date(text, 0).has_value(); }

/// A challenge begins with the name of its scheme (RFC 9110 §11.6.1).
bool is_challenge(std::string_view text) { return is_token(base::take_until(text, ' ')); }

/// `attachment; filename="a.txt"` (RFC 6266 §4.1).
bool is_disposition(std::string_view text) {
  if (!is_token(take_member(text, ';'))) return false;
  while (!text.empty()) {
    std::string_view parameter = take_member(text, ';');
    const std::string_view name = base::take_until(parameter, '=');
    if (!is_token(trim(name)) || !is_token_or_quoted(trim(parameter))) return false;
  }
  return true;
}

// Only the unit "bytes" has a syntax that is known; others are between the two sides (RFC 9110 §14.2).
bool is_content_range(std::string_view text) {
  const std::string_view unit = base::take_until(text, ' ');
  if (!is_token(unit)) return false;
  if (unit != "bytes") return true;
  std::string_view length = text;
  const std::string_view range = base::take_until(length, '/');
  const auto whole = parse_decimal(length);
  if (range == "*") return whole.has_value();
  std::string_view last_text = range;
  const auto first = parse_decimal(base::take_until(last_text, '-'));
  const auto last = parse_decimal(last_text);
  if (!first || !last || *first > *last) return false;
  return length == "*" || (whole && *last < *whole);
}

// Without max-age a browser drops the whole field without a word, and the site stays open to plain HTTP.
bool has_max_age(std::string_view text) {
  bool found = false;
  while (!text.empty()) {
    std::string_view directive = take_member(text, ';');
    const std::string_view name = trim(base::take_until(directive, '='));
    if (!equal_ignoring_case(name, "max-age")) continue;
    std::string_view seconds = trim(directive);
    if (seconds.size() >= 2 && seconds.starts_with('"')) {
      seconds = seconds.substr(1, seconds.size() - 2);
    }
    found = parse_decimal(seconds).has_value();
  }
  return found;
}

}  // namespace

std::optional<std::string> wrong_bytes(const http::Field& field) {
  if (!is_token(field.name)) return "the field name '" + std::string(field.name) + "' is no token";
  const auto with_name = [&](std::string_view wrong) {
    return std::string(field.name).append(wrong);
  };
  // A line end would end the field, and what follows would be a field that the value has chosen.
  const std::string_view value = field.value;
  if (!http::is_field_value(value)) return with_name(" has a control character");
  // Recipients do not agree on the encoding, so a name with an accent arrives as something else.
  if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) > 0x7f; })) {
    return with_name(" has a byte beyond ASCII");
  }
  if (value != trim(value)) return with_name(" has a space or tab at an end");
  return std::nullopt;
}

std::string_view broken_syntax(const http::Field& field) {
  const std::string_view value = field.value;
  const auto unless = [](bool is_right, std::string_view source) {
    return is_right ? std::string_view() : source;
  };
  switch (field.known) {
    case FieldName::AcceptRanges:
      return unless(is_list(value, is_token), "RFC 9110 §14.3");
    case FieldName::Age:
      return unless(parse_decimal(value).has_value(), "RFC 9111 §5.1");
    case FieldName::Allow:  // empty when the resource takes no method at all
      return unless(value.empty() || is_list(value, is_token), "RFC 9110 §10.2.1");
    case FieldName::CacheControl:
      return unless(is_cache_control(value), "RFC 9111 §5.2");
    case FieldName::ContentDisposition:
      return unless(is_disposition(value), "RFC 6266 §4.1");
    case FieldName::ContentEncoding:
      return unless(is_list(value, is_token), "RFC 9110 §8.4");
    case FieldName::ContentLanguage:
      return unless(is_list(value, is_token), "RFC 9110 §8.5");
    case FieldName::ContentLocation:
      return unless(is_uri_reference(value), "RFC 9110 §8.7");
    case FieldName::ContentRange:
      return unless(is_content_range(value), "RFC 9110 §14.4");
    case FieldName::ContentType:
      return unless(http::is_media_type(value), "RFC 9110 §8.3.1");
    case FieldName::Date:
    case FieldName::LastModified:
      return unless(is_date(value), "RFC 9110 §5.6.7");
    case FieldName::ETag:
      return unless(http::EntityTag::parse(value).has_value(), "RFC 9110 §8.8.3");
    case FieldName::Expires:
      // "0" is not a date, but common for "has expired already" (RFC 9111 §5.3).
      return unless(value == "0" || is_date(value), "RFC 9110 §5.6.7");
    case FieldName::Location:
      return unless(!value.empty() && is_uri_reference(value), "RFC 9110 §10.2.2");
    case FieldName::ProxyAuthenticate:
    case FieldName::WwwAuthenticate:
      return unless(is_challenge(value), "RFC 9110 §11.6.1");
    case FieldName::RetryAfter:
      return unless(parse_decimal(value) || is_date(value), "RFC 9110 §10.2.3");
    case FieldName::StrictTransportSecurity:
      return unless(has_max_age(value), "RFC 6797 §6.1.1");
    case FieldName::Vary:
      return unless(is_list(value, is_token), "RFC 9110 §12.5.5");
    default:
      return {};
  }
}

std::string_view wrong_in_cookie(std::string_view value) {
  std::string_view content = take_member(value, ';');
  const bool has_value = content.find('=') != content.npos;
  const std::string_view name = base::take_until(content, '=');
  if (!has_value || !is_token(name)) return "has a name that is no token";
  if (content.size() >= 2 && content.starts_with('"') && content.ends_with('"')) {
    content = content.substr(1, content.size() - 2);
  }
  const auto is_octet = [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
  };
  if (!std::ranges::all_of(content, is_octet)) return "has a value that cookies cannot hold";
  bool is_secure = false;
  bool is_cross_site = false;
  bool has_domain = false;
  bool is_for_all_paths = false;
  while (!value.empty()) {
    std::string_view setting = take_member(value, ';');
    const std::string_view key = trim(base::take_until(setting, '='));
    setting = trim(setting);
    if (equal_ignoring_case(key, "secure")) is_secure = true;
    if (equal_ignoring_case(key, "domain")) has_domain = true;
    if (equal_ignoring_case(key, "path")) is_for_all_paths = setting == "/";
    if (equal_ignoring_case(key, "samesite")) is_cross_site = equal_ignoring_case(setting, "none");
    if (equal_ignoring_case(key, "expires") && !is_date(setting)) return "has a wrong Expires";
    // A negative age is how a cookie is deleted.
    const std::string_view digits = setting.starts_with('-') ? setting.substr(1) : setting;
    if (equal_ignoring_case(key, "max-age") && !parse_decimal(digits)) return "has a wrong Max-Age";
  }
  // Browsers drop a cookie that breaks one of these rules without a word, and the login with it.
  if (is_cross_site && !is_secure) return "is SameSite=None without Secure";
  const bool is_host = name.starts_with("__Host-");
  if ((is_host || name.starts_with("__Secure-")) && !is_secure) return "needs Secure by its prefix";
  if (is_host && (has_domain || !is_for_all_paths)) return "needs Path=/ and no Domain";
  return {};
}

std::optional<std::uint64_t> bytes_of_range(std::string_view content_range) {
  if (!is_content_range(content_range) || !content_range.starts_with("bytes ")) return std::nullopt;
  std::string_view last = content_range.substr(6);
  last = last.substr(0, last.find('/'));
  const auto first = parse_decimal(base::take_until(last, '-'));
  const auto end = parse_decimal(last);
  return first && end ? std::optional(*end - *first + 1) : std::nullopt;
}

bool is_listed(std::string_view list, std::string_view member) {
  while (!list.empty()) {
    if (take_member(list, ',') == member) return true;
  }
  return false;
}

}  // namespace mastic::middleware
