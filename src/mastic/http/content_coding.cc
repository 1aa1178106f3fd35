#include "mastic/http/content_coding.h"

#include "mastic/base/text.h"
#include "mastic/http/quality.h"

namespace mastic::http {
namespace {

using base::equal_ignoring_case;
using base::take_until;
using base::trim;

constexpr std::array<std::string_view, 4> kNames{"identity", "br", "zstd", "gzip"};

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
    // `*` stands for every coding that is not listed. Without `*`, identity is accepted and the
    // other codings are not.
    const int unsaid = others != kUnsaid ? others : i == 0 ? 1000 : 0;
    accepted.qualities_[i] = said[i] != kUnsaid ? said[i] : unsaid;
  }
  return accepted;
}

}  // namespace mastic::http
