#include "mastic/http/quality.h"

#include "mastic/base/text.h"

namespace mastic::http {
namespace {

/// Reads "0", "0.5" or "1.000" in thousandths. Anything else is 0, so a client that cannot be
/// understood is not sent what it may have refused.
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

}  // namespace

int find_quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = base::take_until(parameters, ';');
    const std::string_view name = base::trim(base::take_until(value, '='));
    if (base::equal_ignoring_case(name, "q")) return parse_quality(base::trim(value));
  }
  return 1000;
}

}  // namespace mastic::http
