#include "mastic/app/lifecycle.h"

#include <ranges>

#include "mastic/app/debug_report.h"

namespace mastic::app {

base::Result<void> Lifecycle::start() const {
  try {
    for (const Hook& hook : starts_) hook();
  } catch (...) {
    return base::fail("a start-up hook failed: ", describe_exception());
  }
  return {};
}

void Lifecycle::stop(const std::function<void(const std::string& fault)>& report) const {
  for (const Hook& hook : std::views::reverse(stops_)) {
    try {
      hook();
    } catch (...) {
      report("a shutdown hook failed: " + describe_exception());
    }
  }
}

}  // namespace mastic::app
