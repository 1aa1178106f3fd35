#include "mastic/http/accept.h"

#include "mastic/base/text.h"
#include "mastic/http/quality.h"

namespace mastic::http {
namespace {

/// How well `range` names `type`: 3 as itself, 2 by its first half, 1 as anything, 0 not at all.
int specificity(std::string_view range, std::string_view type) {
  if (base::equal_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  if (!range.ends_with("/*")) return 0;
  const std::string_view half = range.substr(0, range.size() - 1);
  return base::equal_ignoring_case(type.substr(0, half.size()), half) ? 2 : 0;
}

/// What the most specific range says of `type`.
int quality_of(std::string_view accept, std::string_view type) {
  int quality = 0;
  int best = 0;
  while (!accept.empty()) {
    std::string_view parameters = base::take_until(accept, ',');
    const std::string_view range = base::trim(base::take_until(parameters, ';'));
    const int fit = specificity(range, type);
    if (fit <= best) continue;
    best = fit;
    quality = find_quality(parameters);
  }
  return quality;
}

}  // namespace

std::optional<std::size_t> choose_media_type(std::string_view accept,
                                             std::span<const std::string_view> offered) {
  if (base::trim(accept).empty()) {
    return offered.empty() ? std::nullopt : std::optional<std::size_t>(0);
  }
  std::optional<std::size_t> chosen;
  int best = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const int quality = quality_of(accept, offered[i]);
    if (quality <= best) continue;
    best = quality;
    chosen = i;
  }
  return chosen;
}

}  // namespace mastic::http
