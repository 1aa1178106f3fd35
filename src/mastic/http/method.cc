#include "mastic/http/method.h"

#include <algorithm>
#include <array>

namespace mastic::http {
namespace {

constexpr std::array<std::string_view, 10> kNames{"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                                  "CONNECT", "OPTIONS", "TRACE", "PATCH", "OTHER"};

}  // namespace

Method parse_method(std::string_view text) {
  if (text == "GET") return Method::Get;  // as most are
  const auto* const found = std::ranges::find(kNames.begin(), kNames.end() - 1, text);
  return static_cast<Method>(found - kNames.begin());
}

std::string_view to_string(Method method) { return kNames[static_cast<std::size_t>(method)]; }

}  // namespace mastic::http
