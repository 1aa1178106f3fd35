#include "mastic/http/content_coding.h"

#include "mastic/base/text.h"

namespace mastic::http {
namespace {

using base::equal_ignoring_case;
using base::take_until;
using base::trim;

constexpr std::array<std::string_view, 4> kNames{"identity", "br", "zstd", "gzip"};

/// "0", "0.5", "1.000" (RFC 9110 §12.4.2) in thousandths; anything else is 0.
int parse_quality(std::string_view text) {
  if (text.size() > 5 || text.empty() || (text.size() > 1 && text[1] != '.')) return 0;
  int thousandths = 0;
  int unit = 1000;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 1) continue;
    if (!base::is_digit(text[i])) return 0;
    thousandths += (text[i] - '0') * unit;
    unit /= 10;
  }
  return thousandths > 1000 ? 0 : thousandths;
}

/// The quality among the parameters after the coding's name; 1000 when it has none.
int find_quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = take_until(parameters, ';');
    const std::string_view name = trim(take_until(value, '='));
    if (equal_ignoring_case(name, "q")) return parse_quality(trim(value));
  }
  return 1000;
}

}  // namespace

std::string_view to_string(ContentCoding coding) {
  return kNames[static_cast<std::size_t>(coding)];
}

AcceptedCodings AcceptedCodings::parse(std::string_view field) {
  constexpr int kUnsaid = -1;
  std::array<int, 4> said{kUnsaid, kUnsaid, kUnsaid, kUnsaid};
  int others = kUnsaid;
  while (!field.empty()) {
    std::string_view parameters = take_until(field, ',');
    std::string_view name = trim(take_until(parameters, ';'));
    if (equal_ignoring_case(name, "x-gzip")) name = "gzip";
    const int quality = find_quality(parameters);
    if (name == "*") others = quality;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (equal_ignoring_case(name, kNames[i])) said[i] = quality;
    }
  }
  AcceptedCodings accepted;
  accepted.names_identity_ = said[0] != kUnsaid;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const int unsaid = others != kUnsaid ? others : i == 0 ? 1000 : 0;
    accepted.qualities_[i] = said[i] != kUnsaid ? said[i] : unsaid;
  }
  return accepted;
}

}  // namespace mastic::http
