#include "mastic/server/watchdog.h"

#include <string>

#include "mastic/app/error_response.h"

namespace mastic::server {
namespace {

std::string describe(const base::RequestReport& request) {
  return request.method + " " + request.target + " (" + app::reference_id(request.id) +
         ") has held thread " + std::to_string(request.thread) + " for " +
         base::format_duration(std::chrono::floor<std::chrono::milliseconds>(request.thread_age));
}

}  // namespace

void Watchdog::hangs(const base::RequestReport& request) {
  log_.write(base::Level::Warning, "a handler hangs: " + describe(request));
}

void Watchdog::cancelled(const base::RequestReport& request) {
  log_.write(base::Level::Error, "a handler that hangs is cancelled: " + describe(request));
}

bool Watchdog::write_off(const base::RequestReport& request) {
  if (!drivers_.write_off(request.thread)) return false;
  const std::uint64_t lost = drivers_.status().lost;
  log_.write(base::Level::Error, "a thread is written off and replaced, " + std::to_string(lost) +
                                     " in all: " + describe(request));
  if (most_lost_ > 0 && lost > most_lost_ && !told_.exchange(true)) too_many_lost_();
  return true;
}

}  // namespace mastic::server
