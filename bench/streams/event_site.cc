// A site with a topic that says something once a second: the server of bench/streams/subscribers.cc.
//
// Usage: event_site [OPTION...], with the options of every program that calls `mastic::run`.

#include <mastic/mastic.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

int main(int argc, char** argv) {
  const mastic::Topic prices;
  mastic::Router site;
  site.get("/events",
           [&](mastic::Request& request) { return mastic::event_stream(request, prices); });
  const std::jthread publisher([prices](const std::stop_token& stop) {
    auto next = std::chrono::steady_clock::now();
    for (int i = 0; !stop.stop_requested(); ++i) {
      prices.publish(R"({"symbol": "MSTC", "bid": 21.25, "ask": 21.5, "number": )" +
                     std::to_string(i) + "}");
      std::this_thread::sleep_until(next += std::chrono::seconds(1));
    }
  });
  return mastic::run(std::move(site), argc, argv);
}
