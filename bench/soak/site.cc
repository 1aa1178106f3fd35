// The site that `./dev bench soak` puts under load. It serves the current directory below /files.

#include <mastic/async/sleep.h>
#include <mastic/mastic.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using mastic::Request;
using mastic::Response;
using mastic::Task;

/// Produces 64 pieces of 64 KiB, whose total length is not announced.
Response stream() {
  return Response(mastic::Status::Ok,
                  mastic::Body::produced_by([left = 64]() mutable -> std::optional<std::string> {
                    if (left-- == 0) return std::nullopt;
                    return std::string(64 << 10, 's');
                  }));
}

Task<std::string> count(Request& request) {
  std::size_t bytes = 0;
  while (const auto piece = co_await request.body().next()) bytes += piece->size();
  co_return std::to_string(bytes) + "\n";
}

}  // namespace

int main(int argc, char** argv) {
  mastic::Router site;
  site.get("/", [] { return "Hello, world!\n"; });
  site.get("/large", [] { return std::string(1 << 20, 'l'); });
  site.get("/stream", stream);
  site.get("/sleep", [](Request&) -> Task<std::string> {
    co_await mastic::async::sleep_for(20ms);
    co_return "slept\n";
  });
  site.get("/block", [] {
    std::this_thread::sleep_for(5ms);
    return "blocked\n";
  });
  site.post("/echo", [](Request& request) { return std::string(request.text()); });
  site.post("/count", count);
  site.mount("/files", mastic::static_files("."));
  return mastic::run(std::move(site), argc, argv);
}
