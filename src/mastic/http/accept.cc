#include "mastic/http/accept.h"

#include <algorithm>

#include "mastic/base/text.h"
#include "mastic/http/quality.h"

namespace mastic::http {
namespace {

/// Returns how closely `range` names `offered`, or 0 if it does not match.
using Specificity = int (*)(std::string_view range, std::string_view offered);

/// Returns 3 for `text/html`, 2 for `text/*`, 1 for `*/*`, and 0 for a range that does not match.
int media_type_specificity(std::string_view range, std::string_view type) {
  if (base::equal_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  if (!range.ends_with("/*")) return 0;
  const std::string_view half = range.substr(0, range.size() - 1);
  return base::equal_ignoring_case(type.substr(0, half.size()), half) ? 2 : 0;
}

/// Whether `tag` is `prefix` or `prefix` and more subtags.
bool begins_with_tag(std::string_view tag, std::string_view prefix) {
  return base::equal_ignoring_case(tag.substr(0, prefix.size()), prefix) &&
         (tag.size() == prefix.size() || tag[prefix.size()] == '-');
}

/// Returns 1000 for the same tag and 1 for `*`; in between, more for a longer common prefix of
/// subtags (RFC 4647 §3). Lookup in the RFC shortens only the range. Here the tag is shortened too,
/// so `de` is served by `de-AT`: a reader of German prefers that to a language not asked for at
/// all.
int language_specificity(std::string_view range, std::string_view tag) {
  constexpr int kExact = 1000;
  if (base::equal_ignoring_case(range, tag)) return kExact;
  if (range == "*") return 1;
  if (range.empty() || tag.empty()) return 0;
  const std::string_view shorter = range.size() < tag.size() ? range : tag;
  const std::string_view longer = range.size() < tag.size() ? tag : range;
  if (!begins_with_tag(longer, shorter)) return 0;
  return 2 + std::min(static_cast<int>(shorter.size()), kExact - 3);
}

/// The quality that the most specific matching range gives to `offered`, whatever the order of
/// ranges (RFC 9110 §12.5.1): with "text/*;q=0.5, text/html;q=0" HTML is refused.
int quality_of(std::string_view accept, std::string_view offered, Specificity specificity) {
  int quality = 0;
  int best = 0;
  while (!accept.empty()) {
    std::string_view parameters = base::take_until(accept, ',');
    const std::string_view range = base::trim(base::take_until(parameters, ';'));
    const int fit = specificity(range, offered);
    if (fit <= best) continue;
    best = fit;
    quality = find_quality(parameters);
  }
  return quality;
}

std::optional<std::size_t> choose(std::string_view accept,
                                  std::span<const std::string_view> offered,
                                  Specificity specificity) {
  if (accept.find_first_not_of(" \t,") == accept.npos) {  // absent, or only empty members
    return offered.empty() ? std::nullopt : std::optional<std::size_t>(0);
  }
  std::optional<std::size_t> chosen;
  int best = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const int quality = quality_of(accept, offered[i], specificity);
    if (quality <= best) continue;
    best = quality;
    chosen = i;
  }
  return chosen;
}

}  // namespace

std::optional<std::size_t> choose_media_type(std::string_view accept,
                                             std::span<const std::string_view> offered) {
  return choose(accept, offered, media_type_specificity);
}

std::optional<std::size_t> choose_language(std::string_view accept_language,
                                           std::span<const std::string_view> offered) {
  return choose(accept_language, offered, language_specificity);
}

}  // namespace mastic::http
