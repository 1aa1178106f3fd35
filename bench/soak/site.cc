// The site that `./dev bench soak` puts under load. It serves the current directory below /files.

#include <mastic/async/sleep.h>
#include <mastic/mastic.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
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

// ---- streams ----

using mastic::Message;
using mastic::Topic;
using mastic::WebSocket;

Task<> echo(WebSocket& socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(std::move(*message));
}

struct Echo {
  void received(WebSocket& socket, Message& message) { socket.try_send(std::move(message)); }
};

struct Listener {
  Topic topic;
  void opened(WebSocket& socket) { socket.subscribe(topic); }
  void received(WebSocket&, Message&) {}
};

/// The size and the sum of bytes.
std::string sum_of(std::string_view bytes) {
  std::uint64_t sum = 0;
  for (const char byte : bytes) sum += static_cast<unsigned char>(byte);
  return std::to_string(bytes.size()) + " " + std::to_string(sum) + "\n";
}

/// Stores the content in a file, reads it again and removes it.
Task<std::string> store(Request& request) {
  static std::atomic<int> number;
  const std::string path = "uploaded-" + std::to_string(++number);
  co_await request.body().save_to(path);
  std::ifstream file(path, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(file), {});
  std::filesystem::remove(path);
  co_return sum_of(content);
}

/// The names, sizes and sums of the files of a form.
Task<std::string> describe(Request& request) {
  std::string answer;
  mastic::MultipartReader parts(request);
  while (mastic::app::Part* const part = co_await parts.next()) {
    const mastic::File file = co_await part->read_file();
    answer += file.name() + " " + sum_of(file.read());
  }
  co_return answer;
}

void add_streams(mastic::Router& site) {
  const Topic topic({.history = 100});
  site.websocket<"/ws/echo">(echo);
  site.websocket<"/ws/echo-events">([] { return Echo(); });
  site.websocket<"/ws/compressed">(echo).with([](mastic::WebSocketOptions& options) {
    options.compression.compress = true;
    options.compression.takeover = true;
  });
  site.websocket<"/ws/topic">([topic] { return Listener{topic}; });
  site.get("/events", [topic](Request& request) { return mastic::event_stream(request, topic); });
  site.post("/publish", [topic](Request& request) {
    topic.publish(std::string(request.text()));
    return "published\n";
  });
  site.put("/upload", store);
  site.post("/form", describe);
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
  add_streams(site);
  site.mount("/files", mastic::static_files("."));
  return mastic::run(std::move(site), argc, argv);
}
