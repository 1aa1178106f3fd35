// WebSockets, events and uploads for streams_test.py.
//
//     interop_streams_site FOLDER [OPTION...]      FOLDER gets what is sent to /uploads

#include <mastic/mastic.h>
#include <mastic/middleware/decompress_requests.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace mastic;
using middleware::DecompressRequests;
using namespace std::chrono_literals;

/// Where uploads go; the first argument of the program.
std::filesystem::path folder;

// ---- WebSockets ----

Task<> echo(WebSocket& socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(std::move(*message));
}

struct Echo {
  void received(WebSocket& socket, Message& message) { socket.try_send(std::move(message)); }
};

/// Sends as many bytes as the client asks for, as one message of many fragments.
Task<> send_pieces(WebSocket& socket) {
  const std::optional<std::size_t> size = co_await socket.receive_json<std::size_t>();
  if (!size) co_return;
  auto message = co_await socket.send_in_pieces(/*is_binary=*/true);
  if (!message) co_return;
  for (std::size_t sent = 0; sent < *size; sent += 10'000) {
    co_await message->write(std::string(std::min<std::size_t>(10'000, *size - sent), 'p'));
  }
  message->end();
}

struct Ending {
  int code = 1000;
  std::string reason;
};

struct Closing {
  Ending ending;
  void opened(WebSocket& socket) {
    socket.close(static_cast<CloseCode>(ending.code), ending.reason);
  }
  void received(WebSocket&, Message&) {}
};

struct Watched {
  Topic closings;
  void received(WebSocket&, Message&) {}
  void closed(WebSocket&, const Closed& closed) {
    closings.publish(std::to_string(static_cast<int>(closed.code)) + " " + closed.reason +
                     (closed.by_peer ? " by the client" : " by the server"));
  }
};

/// Passes each message of a client on to all clients.
struct Member {
  Topic topic;
  void opened(WebSocket& socket) {
    socket.subscribe(topic);
    socket.try_send("ready");
  }
  void received(WebSocket&, Message& message) { topic.publish(std::move(message.data)); }
};

Task<> wait_for_pings(WebSocket& socket) {
  co_await sleep_for(1s);
  co_await socket.send("still here");
}

Task<> read_numbers(WebSocket& socket) {
  while (const auto numbers = co_await socket.receive_json<std::vector<int>>()) {
    co_await socket.send_json(*numbers);
  }
}

void add_websockets(Router& site) {
  const auto larger = [](WebSocketOptions& options) { options.max_message_bytes = 4 << 20; };
  site.websocket<"/echo">(echo).with(larger);
  site.websocket<"/echo-events">([] { return Echo(); }).with(larger);
  site.websocket<"/compressed">(echo).with([](WebSocketOptions& options) {
    options.compression = {.compress = true, .min_bytes = 0, .takeover = true};
  });
  site.websocket<"/pieces">(send_pieces);
  site.websocket<"/close">([](Query<Ending> ending) { return Closing{*ending}; });
  site.websocket<"/pinged">(wait_for_pings).with([](WebSocketOptions& options) {
    options.ping_interval = 100ms;
    options.ping_timeout = 10s;
  });
  site.websocket<"/json">(read_numbers);
  site.websocket<"/protocol">(echo).protocols({"chat.v2", "chat"});
  const Topic closings;
  site.websocket<"/watched">([closings] { return Watched{closings}; });
  site.websocket<"/watching">([closings] { return Member{closings}; });
  site.websocket<"/topic">([topic = Topic()] { return Member{topic}; });
}

// ---- uploads and events ----

struct SentFile {
  std::string name;
  std::string type;
  std::uint64_t size = 0;
};
struct Received {
  std::string title;
  std::vector<SentFile> files;
};
struct Files {
  std::string title;
  std::vector<File> files;
};

Received describe(Form<Files> form) {
  Received received{form->title, {}};
  for (const File& file : form->files) {
    received.files.push_back({file.name(), file.media_type(), file.size()});
  }
  return received;
}

Task<Status> store(Request& request) {
  const std::string name = "uploaded-" + std::string(request.value("name"));
  co_await request.body().save_to(folder / name, {.max_bytes = std::uint64_t{5} << 30});
  co_return Status::Created;
}

void add_uploads(Router& site) {
  site.post<"/form">(describe);
  site.post<"/uploads/{name}">(store);
  site.post<"/decoded">([](Request& request) { return std::to_string(request.text().size()); })
      .use(DecompressRequests());
  site.post<"/not-decoded">([](Json<std::vector<int>>) { return "decoded"; });
}

void add_events(Router& site) {
  const Topic ticks;
  site.get<"/ticks">([ticks](Request& request) { return event_stream(request, ticks); });
  site.get<"/tick">([ticks](Request&) -> Task<Status> {
    static int number = 0;
    while (ticks.subscribers() == 0) co_await sleep_for(5ms);
    ticks.publish("tick " + std::to_string(++number));
    co_return Status::NoContent;
  });
}

Router make_site() {
  Router site;
  add_websockets(site);
  add_uploads(site);
  add_events(site);
  return site;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: interop_streams_site FOLDER [OPTION...]\n", stderr);
    return 64;
  }
  folder = argv[1];
  argv[1] = argv[0];
  return run(make_site, argc - 1, argv + 1);
}
