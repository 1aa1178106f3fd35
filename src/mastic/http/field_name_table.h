// The text of every field name, and the lookup of a name by its text, for code that reads many
// fields. Other code includes field_name.h.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/http/field_name.h"

namespace mastic::http {
namespace detail {

inline constexpr std::array<std::string_view, kFieldNameCount> kNames{
    "",
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
    "X-Forwarded-Proto",
};

inline constexpr std::size_t kSlots = 256;

/// Returns the slot for a text, computed from its size and the two letters at either end; a letter
/// without its case has five bits. Every name in the table has a slot of its own: the factor was
/// found by trying, and the compiler checks the slots below. Requires: `text` has at least two
/// characters.
constexpr std::size_t slot_of(std::string_view text) {
  const char* const end = text.data() + text.size();
  const auto byte = [](char c) { return std::uint32_t{static_cast<unsigned char>(c)}; };
  const std::uint32_t ends =
      byte(text.data()[0]) | byte(text.data()[1]) << 8 | byte(end[-2]) << 16 | byte(end[-1]) << 24;
  const auto size = static_cast<std::uint32_t>(text.size());
  const std::uint32_t mixed = ((ends & 0x1f1f1f1f) + (size << 5)) * 0x55510d97;
  return mixed / (0x100000000 / kSlots);
}

constexpr bool every_name_has_its_own_slot() {
  std::array<bool, kSlots> taken{};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    if (std::exchange(taken[slot_of(kNames[i])], true)) return false;
  }
  return true;
}
static_assert(every_name_has_its_own_slot(),
              "a new name took a slot: another factor, or more slots");

constexpr std::array<FieldName, kSlots> make_slots() {
  std::array<FieldName, kSlots> slots{};
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    slots[slot_of(kNames[i])] = static_cast<FieldName>(i);
  }
  return slots;
}

inline constexpr std::array<FieldName, kSlots> kSlotNames = make_slots();

/// Returns `name` if `text` is that name in another case, and otherwise Other. Out of line, so that
/// the usual case saves no registers for this call.
[[nodiscard]] FieldName find_spelt_otherwise(std::string_view text, FieldName name);

}  // namespace detail

/// Does what find_field_name does, but inline, without a call.
[[nodiscard]] inline FieldName find_field_name_inline(std::string_view text) {
  if (text.size() < 2) return FieldName::Other;
  const FieldName name = detail::kSlotNames[detail::slot_of(text)];
  const std::string_view spelt = detail::kNames[static_cast<std::size_t>(name)];
  if (base::equal_short(text, spelt)) return name;  // as nearly every client spells it
  return detail::find_spelt_otherwise(text, name);
}

}  // namespace mastic::http
