#include "mastic/websocket/origin.h"

#include <algorithm>
#include <optional>

#include "mastic/base/text.h"
#include "mastic/http/authority.h"
#include "mastic/http/syntax.h"

namespace mastic::websocket {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kNone = "null";

struct Origin {
  std::string_view scheme;
  std::string_view authority;

  static std::optional<Origin> parse(std::string_view text) {
    constexpr std::string_view kSeparator = "://";
    const std::size_t at = text.find(kSeparator);
    if (at == text.npos) return std::nullopt;
    const Origin origin{text.substr(0, at), text.substr(at + kSeparator.size())};
    // A token has more characters than a scheme may have, which does not matter for a comparison.
    if (!http::is_token(origin.scheme) || !http::Authority::is_one(origin.authority)) {
      return std::nullopt;
    }
    return origin;
  }
  friend bool operator==(const Origin& a, const Origin& b) {
    return base::equal_ignoring_case(a.scheme, b.scheme) &&
           http::same_authority(a.authority, b.authority, a.scheme);
  }
};

}  // namespace

bool is_own_origin(std::string_view origin, bool is_secure, std::string_view authority) {
  const auto named = Origin::parse(origin);
  return named && *named == Origin{is_secure ? "https" : "http", authority};
}

bool is_allowed_origin(std::string_view origin, std::span<const std::string> rules) {
  const auto named = Origin::parse(origin);
  return std::ranges::any_of(rules, [&](const std::string& rule) {
    if (rule == kAny || (rule == kNone && origin == kNone)) return true;
    const auto allowed = Origin::parse(rule);
    return allowed && named && *allowed == *named;
  });
}

bool is_origin_rule(std::string_view text) {
  return text == kAny || text == kNone || Origin::parse(text);
}

}  // namespace mastic::websocket
