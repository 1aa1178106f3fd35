#include "site.h"

#include <mastic/base/date.h>

#include <chrono>

using mastic::Request;
using mastic::Response;
using mastic::Router;

namespace {

std::string time_of_day() {
  const auto now = mastic::now().time_since_epoch();
  return mastic::base::format_iso_time(
      std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

/// Tells browsers to trust the Content-Type of a file instead of guessing from its content.
struct NoSniff {
  void after(Request&, Response& response) const {
    response.set("X-Content-Type-Options", "nosniff");
  }
};

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  site.get("/time", [] { return time_of_day() + "\n"; });
  site.mount("/", mastic::static_files(public_dir, {.cache_control = "max-age=60"}));
  site.use(NoSniff());
  return site;
}
