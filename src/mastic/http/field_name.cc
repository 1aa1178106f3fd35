#include "mastic/http/field_name.h"

#include <array>
#include <utility>

#include "mastic/base/text.h"

namespace mastic::http {
namespace {

constexpr std::array<std::string_view, kFieldNameCount> kNames{"",
                                                               "Accept",
                                                               "Accept-Encoding",
                                                               "Accept-Language",
                                                               "Accept-Ranges",
                                                               "Access-Control-Allow-Origin",
                                                               "Age",
                                                               "Allow",
                                                               "Authorization",
                                                               "Cache-Control",
                                                               "Connection",
                                                               "Content-Disposition",
                                                               "Content-Encoding",
                                                               "Content-Language",
                                                               "Content-Length",
                                                               "Content-Location",
                                                               "Content-Range",
                                                               "Content-Security-Policy",
                                                               "Content-Type",
                                                               "Cookie",
                                                               "Date",
                                                               "ETag",
                                                               "Expect",
                                                               "Expires",
                                                               "Forwarded",
                                                               "From",
                                                               "Host",
                                                               "If-Match",
                                                               "If-Modified-Since",
                                                               "If-None-Match",
                                                               "If-Range",
                                                               "If-Unmodified-Since",
                                                               "Keep-Alive",
                                                               "Last-Modified",
                                                               "Link",
                                                               "Location",
                                                               "Max-Forwards",
                                                               "Origin",
                                                               "Pragma",
                                                               "Priority",
                                                               "Proxy-Authenticate",
                                                               "Proxy-Authorization",
                                                               "Proxy-Connection",
                                                               "Range",
                                                               "Referer",
                                                               "Referrer-Policy",
                                                               "Retry-After",
                                                               "Sec-Fetch-Dest",
                                                               "Sec-Fetch-Mode",
                                                               "Sec-Fetch-Site",
                                                               "Sec-Fetch-User",
                                                               "Sec-WebSocket-Accept",
                                                               "Sec-WebSocket-Extensions",
                                                               "Sec-WebSocket-Key",
                                                               "Sec-WebSocket-Protocol",
                                                               "Sec-WebSocket-Version",
                                                               "Server",
                                                               "Server-Timing",
                                                               "Set-Cookie",
                                                               "Strict-Transport-Security",
                                                               "TE",
                                                               "Traceparent",
                                                               "Trailer",
                                                               "Transfer-Encoding",
                                                               "Upgrade",
                                                               "Upgrade-Insecure-Requests",
                                                               "User-Agent",
                                                               "Vary",
                                                               "Via",
                                                               "WWW-Authenticate",
                                                               "X-Content-Type-Options",
                                                               "X-Forwarded-For",
                                                               "X-Forwarded-Host",
                                                               "X-Forwarded-Proto"};

constexpr std::size_t kSlots = 256;

/// A slot for each name of its own: the factors were found by trying, and the compiler checks them
/// below. Requires: text is not empty.
constexpr std::size_t slot_of(std::string_view text) {
  const auto folded = [](char c) -> std::size_t { return static_cast<unsigned char>(c) | 0x20u; };
  return (text.size() * 106 + folded(text.front()) * 99 + folded(text.back()) * 9 +
          folded(text[text.size() * 3 / 4]) * 24) %
         kSlots;
}

constexpr bool every_name_has_its_own_slot() {
  std::array<bool, kSlots> taken{};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    if (std::exchange(taken[slot_of(kNames[i])], true)) return false;
  }
  return true;
}
static_assert(every_name_has_its_own_slot(),
              "a new name took a slot: other factors, or more slots");

constexpr std::array<FieldName, kSlots> make_slots() {
  std::array<FieldName, kSlots> slots{};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    slots[slot_of(kNames[i])] = static_cast<FieldName>(i);
  }
  return slots;
}

constexpr std::array<FieldName, kSlots> kSlotNames = make_slots();

/// Out of line, so that the usual case saves no registers for it.
[[gnu::noinline]] bool spelt_otherwise(std::string_view text, std::string_view spelt) {
  return base::equal_ignoring_case(text, spelt);
}

}  // namespace

FieldName find_field_name(std::string_view text) {
  if (text.empty()) return FieldName::Other;
  const FieldName name = kSlotNames[slot_of(text)];
  const std::string_view spelt = to_string(name);
  if (base::equal_short(text, spelt)) return name;  // as nearly every client spells it
  return spelt_otherwise(text, spelt) ? name : FieldName::Other;
}

std::string_view to_string(FieldName name) { return kNames[static_cast<std::size_t>(name)]; }

}  // namespace mastic::http
