#include "mastic/app/lifecycle.h"

#include <ranges>

#include "mastic/app/debug_report.h"
#include "mastic/app/log_outlet.h"

namespace mastic::app {
namespace {

void report_exception(const std::function<void(const std::string& fault)>& report) noexcept {
  try {
    report("on_stop failed: " + describe_exception());
  } catch (...) {  // out of memory: there is nowhere left to say so
  }
}

}  // namespace

AppLog Lifecycle::log(std::string_view logger) {
  if (outlets_.empty()) outlets_.push_back(std::make_shared<LogOutlet>());
  return {outlets_.front(), logger};
}

base::Result<void> Lifecycle::start() const {
  try {
    for (const Hook& hook : starts_) hook();
  } catch (...) {
    return base::fail("on_start failed: ", describe_exception());
  }
  return {};
}

void Lifecycle::stop(const std::function<void(const std::string& fault)>& report) const noexcept {
  for (const Hook& hook : std::views::reverse(stops_)) {
    try {
      hook();
    } catch (...) {
      report_exception(report);
    }
  }
}

}  // namespace mastic::app
