// The site of `./dev bench threads`: quick handlers beside handlers that sleep.

#include <mastic/mastic.h>

#include <chrono>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

/// Answers with the target of the request, so that a client recognises its own answer.
std::string own(mastic::Request& request) { return std::string(request.target()) + "\n"; }

}  // namespace

int main(int argc, char** argv) {
  mastic::Router site;
  site.get("/", [] { return "Hello, world!\n"; });
  site.get("/quick", own);
  site.get("/sleep50", [](mastic::Request& request) {
    std::this_thread::sleep_for(50ms);
    return own(request);
  });
  site.get("/sleep10", [](mastic::Request& request) {
    std::this_thread::sleep_for(10ms);
    return own(request);
  });
  return mastic::run(std::move(site), argc, argv);
}
