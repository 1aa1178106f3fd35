#include "mastic/base/units.h"

#include <algorithm>
#include <array>
#include <limits>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 4> kSizeUnits{{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}};
constexpr std::array<Unit, 4> kTimeUnits{
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

/// Reads digits followed by the name of a unit. Returns nothing for anything else, or for more than
/// `most`.
template <std::size_t N>
std::optional<std::uint64_t> parse_in(const std::array<Unit, N>& units, std::string_view text,
                                      std::string_view bare_unit, std::uint64_t most) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = static_cast<std::size_t>(end - text.begin());
  const auto number = parse_decimal(text.substr(0, digits));
  const std::string_view suffix = digits == text.size() ? bare_unit : text.substr(digits);
  const auto unit = std::ranges::find_if(
      units, [&](const Unit& u) { return equal_ignoring_case(u.name, suffix); });
  if (!number || unit == units.end() || *number > most / unit->factor) return std::nullopt;
  return *number * unit->factor;
}

template <std::size_t N>
std::string format_in(const std::array<Unit, N>& units, std::uint64_t amount) {
  const auto unit = std::ranges::find_if(units, [&](const Unit& u) {
    return u.factor == 1 || (amount != 0 && amount % u.factor == 0);
  });
  return std::to_string(amount / unit->factor).append(unit->name);
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto bytes = parse_in(kSizeUnits, text, "", std::numeric_limits<std::uint64_t>::max());
  if (!bytes)
    return fail("'", text, "' is not a size; write a number of bytes such as 512, 64K or 1M");
  return *bytes;
}

Result<Duration> parse_duration(std::string_view text) {
  // A year in milliseconds. In nanoseconds it is far from overflowing 64 bits.
  constexpr std::uint64_t kMost = 366ull * 24 * 3'600'000;
  const auto amount = parse_in(kTimeUnits, text, "s", kMost);
  if (!amount)
    return fail("'", text, "' is not a duration; write a number such as 250ms, 10s or 5m");
  return milliseconds(static_cast<milliseconds::rep>(*amount));
}

std::string format_size(std::uint64_t bytes) { return format_in(kSizeUnits, bytes); }

std::string format_duration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  const auto amount = std::chrono::duration_cast<milliseconds>(duration).count();
  return format_in(kTimeUnits, static_cast<std::uint64_t>(amount));
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 6> kNames{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  // Counts tenths of the unit. The last digit is shown only below ten units: "1.2 MB", but "12 MB".
  std::uint64_t tenths = bytes / 100;
  std::size_t name = 0;
  for (; tenths >= 10'000; ++name) tenths /= 1000;
  const std::string fraction = tenths < 100 ? "." + std::to_string(tenths % 10) : "";
  return std::to_string(tenths / 10) + fraction + " " + std::string(kNames[name]);
}

}  // namespace mastic::base
