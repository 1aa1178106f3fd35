#include "mastic/testing/cookie_jar.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "mastic/base/date.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/text.h"

namespace mastic::testing {
namespace {

using std::chrono::seconds;

// Browsers limit the age of a cookie, and the bytes of its name and value, to these (RFC 6265bis).
constexpr seconds kLongestAge = std::chrono::hours(24 * 400);
constexpr std::size_t kMaxBytes = 4096;

/// The host without its port, in lower case: "example.com" of "Example.com:8080".
std::string host_of(std::string_view authority) {
  // The colons inside the brackets of an IPv6 address do not begin a port.
  const std::size_t end = authority.starts_with('[') ? authority.find(']') : 0;
  return base::lower_case(
      authority.substr(0, authority.find(':', std::min(end, authority.size()))));
}

std::string_view path_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.starts_with('/') ? path : "/";
}

/// The path of a cookie without a Path attribute: the folder of the request's path (RFC 6265
/// §5.1.4).
std::string_view default_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == path.npos ? "/" : path.substr(0, slash);
}

/// Whether a cookie with the path `prefix` is sent with a request for `path`: only whole segments
/// match, so "/a" covers "/a" and "/a/b", but not "/ab" (§5.1.4).
bool matches_path(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/';
}

/// Whether `host` is a subdomain of `domain`. An IP address is not, even if its last digits match.
bool is_below(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !base::IpAddress::parse(host);
}

// ---- the date of a cookie ----

/// Takes a number of `least` to `most` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits < least || digits > most) return std::nullopt;
  const auto number = base::parse_decimal(text.substr(0, digits));
  text.remove_prefix(digits);
  return static_cast<int>(*number);
}

bool read_time(std::string_view text, base::DateTime& date) {
  for (int* const place : {&date.hour, &date.minute, &date.second}) {
    const bool is_first = place == &date.hour;
    if (!is_first && !text.starts_with(':')) return false;
    if (!is_first) text.remove_prefix(1);
    const auto number = take_number(text, 1, 2);
    if (!number) return false;
    *place = *number;
  }
  return true;
}

bool read_month(std::string_view text, base::DateTime& date) {
  for (int month = 1; month <= 12; ++month) {
    if (!base::equal_ignoring_case(text.substr(0, 3), base::month_name(month))) continue;
    date.month = month;
    return true;
  }
  return false;
}

/// Reads a part of a date that is still missing. Returns whether `read` found it.
template <class Part, class Read>
bool found(Part& part, Read read) {
  if (part) return false;
  part = read();
  return static_cast<bool>(part);
}

/// Seconds since 1970. A browser looks for a time, a day, a month and a year, in whatever stands
/// between them, and so reads the many ways in which servers have spelt dates (§5.1.1).
std::optional<std::int64_t> read_cookie_date(std::string_view text) {
  constexpr int kFirstYear = 1601;
  const auto is_within_word = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == ':' || (c < 0x20 && c != '\t') ||
           c > 0x7e;
  };
  base::DateTime date;
  bool has_time = false, has_month = false;
  std::optional<int> day, year;
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, is_within_word);
    std::string_view word(text.begin(), end);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (found(has_time, [&] { return read_time(word, date); })) continue;
    std::string_view number = word;
    if (found(day, [&] { return take_number(number, 1, 2); })) continue;
    if (found(has_month, [&] { return read_month(word, date); })) continue;
    if (!year) year = take_number(number, 2, 4);
  }
  if (!has_time || !has_month || !day || !year) return std::nullopt;
  if (*year < 100) *year += *year < 70 ? 2000 : 1900;
  if (*year < kFirstYear) return std::nullopt;
  date.day = *day;
  date.year = *year;
  return base::to_unix_seconds(date);
}

// ---- when it expires ----

/// The time at which a cookie with this Max-Age expires; nullopt when `text` is not a number
/// (§5.2.2). Zero and negative ages have expired already, which is how an application removes a
/// cookie.
std::optional<base::WallTime> expiry_of_age(std::string_view text, base::WallTime now) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  if (digits.empty() || !std::ranges::all_of(digits, base::is_digit)) return std::nullopt;
  const auto age = base::parse_decimal(digits);
  if (is_negative || age == 0) return base::WallTime::min();
  const auto longest = static_cast<std::uint64_t>(kLongestAge.count());
  return now + seconds(std::min(age.value_or(longest), longest));
}

std::optional<base::WallTime> expiry_of_date(std::string_view text, base::WallTime now) {
  const auto unix_now = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  const auto date = read_cookie_date(text);
  if (!date) return std::nullopt;
  if (*date <= unix_now) return base::WallTime::min();  // a WallTime goes back to 1677, not to 1601
  return base::WallTime(seconds(std::min(*date, unix_now + kLongestAge.count())));
}

bool has_prefix(std::string_view name, std::string_view prefix) {
  return base::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

}  // namespace

std::optional<CookieJar::Cookie> CookieJar::parse(std::string_view field, const Request& request) {
  std::string_view value = base::trim(base::take_until(field, ';'));
  if (value.find('=') == value.npos) return std::nullopt;
  const std::string host = host_of(request.authority);
  Cookie cookie{.name = std::string(base::trim(base::take_until(value, '='))),
                .value = std::string(base::trim(value)),
                .domain = host,
                .path = std::string(default_path(path_of(request.target))),
                .host_only = true,
                .expires = std::nullopt};
  if (cookie.name.empty() || cookie.name.size() + cookie.value.size() > kMaxBytes) {
    return std::nullopt;
  }
  bool is_secure = false;
  std::optional<base::WallTime> until_date;
  std::optional<base::WallTime> until_age;  // Max-Age takes precedence over Expires (§5.3)
  while (!field.empty()) {
    std::string_view attribute_value = base::trim(base::take_until(field, ';'));
    const std::string name = base::lower_case(base::trim(base::take_until(attribute_value, '=')));
    attribute_value = base::trim(attribute_value);
    if (name == "path" && attribute_value.starts_with('/')) cookie.path = attribute_value;
    if (name == "expires") until_date = expiry_of_date(attribute_value, request.now);
    if (name == "max-age") until_age = expiry_of_age(attribute_value, request.now);
    if (name == "secure") is_secure = true;
    if (name != "domain" || attribute_value.empty()) continue;
    if (attribute_value.starts_with('.')) attribute_value.remove_prefix(1);
    cookie.domain = base::lower_case(attribute_value);
    cookie.host_only = false;
  }
  cookie.expires = until_age ? until_age : until_date;
  // A host may set cookies for itself and for the domains above it, but for no other site: not for
  // all of "com" either.
  const bool is_site = cookie.domain.find('.') != cookie.domain.npos;
  if (cookie.domain != host && !(is_site && is_below(host, cookie.domain))) return std::nullopt;
  // The prefixes promise how a cookie was set; a browser rejects a cookie that breaks the promise
  // (RFC 6265bis).
  const bool is_host = has_prefix(cookie.name, "__Host-");
  if ((is_host || has_prefix(cookie.name, "__Secure-")) && !is_secure) return std::nullopt;
  if (is_host && (!cookie.host_only || cookie.path != "/")) return std::nullopt;
  return cookie;
}

std::optional<std::string_view> CookieJar::get(std::string_view name) const {
  const auto found = std::ranges::find(cookies_.rbegin(), cookies_.rend(), name, &Cookie::name);
  return found == cookies_.rend() ? std::nullopt : std::optional<std::string_view>(found->value);
}

void CookieJar::set(std::string_view name, std::string_view value) {
  std::erase_if(cookies_, [&](const Cookie& cookie) { return cookie.name == name; });
  cookies_.push_back({.name = std::string(name), .value = std::string(value)});
}

void CookieJar::put(Cookie cookie) {
  // A cookie that a test has set for every host gives way to the application's cookie of the same
  // name.
  std::erase_if(cookies_,
                [&](const Cookie& one) { return one.name == cookie.name && one.domain.empty(); });
  const auto same = std::ranges::find_if(cookies_, [&](const Cookie& one) {
    return one.name == cookie.name && one.domain == cookie.domain && one.path == cookie.path;
  });
  if (same == cookies_.end()) return cookies_.push_back(std::move(cookie));
  *same = std::move(cookie);  // a replaced cookie keeps its place in the order (§5.3)
}

void CookieJar::take(http::FieldsView answer, const Request& request) {
  for (const http::Field field : answer) {
    if (!base::equal_ignoring_case(field.name, "Set-Cookie")) continue;
    if (auto cookie = parse(field.value, request)) put(*std::move(cookie));
  }
  // After the loop, because an answer removes a cookie by setting it with a date in the past.
  std::erase_if(cookies_,
                [&](const Cookie& one) { return one.expires && *one.expires <= request.now; });
}

std::string CookieJar::field_for(const Request& request) {
  std::erase_if(cookies_,
                [&](const Cookie& one) { return one.expires && *one.expires <= request.now; });
  const std::string host = host_of(request.authority);
  std::vector<const Cookie*> fitting;
  for (const Cookie& one : cookies_) {
    const bool is_of_host =
        one.domain.empty() || one.domain == host || (!one.host_only && is_below(host, one.domain));
    if (!is_of_host || !matches_path(path_of(request.target), one.path)) continue;
    // Cookies with longer paths come first; among equal paths the older ones do (§5.4).
    const auto path_size = [](const Cookie* other) { return other->path.size(); };
    fitting.insert(std::ranges::upper_bound(fitting, one.path.size(), std::greater(), path_size),
                   &one);
  }
  std::string field;
  for (const Cookie* const one : fitting) {
    field.append(field.empty() ? "" : "; ").append(one->name).append("=").append(one->value);
  }
  return field;
}

}  // namespace mastic::testing
