#include "site.h"

#include <mastic/middleware/response_fields.h>

#include <utility>

#include "recorder.h"

using namespace std::chrono_literals;
using mastic::Request;
using mastic::Router;
using mastic::middleware::ResponseFields;

Router make_site(const std::string& public_dir, std::function<double()> measure) {
  Router site;
  auto& recorder = site.own<Recorder>(std::move(measure));
  site.in_background("recorder", [&recorder] { return recorder.record(); });

  site.get<"/samples">([&recorder] { return recorder.samples(); });
  // A browser that has lost the connection tries again after a second, and gets what it has missed.
  site.get<"/samples/events">([&recorder](Request& request) {
    return mastic::event_stream(request, recorder.topic(), {.retry = 1s});
  });

  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  site.use(ResponseFields({{{"Content-Security-Policy", "default-src 'self'; base-uri 'none'"},
                            {"X-Content-Type-Options", "nosniff"}}}));
  return site;
}
