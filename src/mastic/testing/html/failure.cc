#include "mastic/testing/html/failure.h"

#include <algorithm>
#include <stdexcept>

#include "mastic/base/text.h"

namespace mastic::testing::html {

void fail_at(const std::source_location& where, const std::string& message) {
  std::string_view file = where.file_name();
  file = file.substr(file.rfind('/') + 1);
  throw std::logic_error(std::string(file) + ":" + std::to_string(where.line()) + ": " + message);
}

std::string list_names(std::string_view wanted, const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 40;
  std::vector<std::string> order;
  if (const auto meant = base::nearest(wanted, names)) order.emplace_back(*meant);
  for (const std::string& name : names) {
    if (std::ranges::find(order, name) == order.end()) order.push_back(name);
    if (order.size() > kMost) break;
  }
  std::string list;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0) list += ", ";
    list += i == kMost ? "..." : "'" + order[i] + "'";
  }
  return list;
}

}  // namespace mastic::testing::html
