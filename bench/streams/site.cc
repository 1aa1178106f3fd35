// The site of `./dev bench streams`: WebSockets that echo, a topic, uploads and downloads.
//
//     streams_site FOLDER [OPTION...]      FOLDER gets what is sent to /upload, /parts and /form

#include <mastic/mastic.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

namespace {

using namespace mastic;
using app::Part;

/// Where the upload goes; the first argument of the program.
std::filesystem::path folder;

Task<> echo(WebSocket& socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(std::move(*message));
}

struct Echo {
  void received(WebSocket& socket, Message& message) { socket.try_send(std::move(message)); }
};

/// Passes each message of a client on to all clients.
struct Member {
  Topic topic;
  void opened(WebSocket& socket) { socket.subscribe(topic); }
  void received(WebSocket&, Message& message) { topic.publish(std::move(message.data)); }
};

Task<std::string> store(Request& request) {
  co_await request.body().save_to(folder / "uploaded");
  co_return "stored\n";
}

/// The sizes of the files of a form.
Task<std::string> describe(Request& request) {
  std::string sizes;
  MultipartReader parts(request);
  while (Part* const part = co_await parts.next()) {
    const File file = co_await part->read_file();
    sizes += std::to_string(file.size()) + "\n";
  }
  co_return sizes;
}

/// Saves the parts of a form while they arrive.
Task<std::string> store_parts(Request& request) {
  MultipartReader parts(request);
  while (Part* const part = co_await parts.next())
    co_await part->body().save_to(folder / "uploaded");
  co_return "stored\n";
}

struct Sent {
  File file;
};
std::string store_form(Form<Sent> sent) {
  sent->file.keep(folder / "uploaded");
  return "stored\n";
}

struct Asked {
  std::size_t bytes = 0;
};
Generator<std::string> produce(std::size_t bytes) {
  while (bytes > 0) {
    std::string piece(std::min<std::size_t>(bytes, 64 << 10), 'p');
    bytes -= piece.size();
    co_yield std::move(piece);
  }
}

Router make_site() {
  const Topic topic;
  Router site;
  site.websocket<"/echo">(echo);
  site.websocket<"/echo-events">([] { return Echo(); });
  site.websocket<"/topic">([topic] { return Member{topic}; });
  site.post<"/upload">(store);
  site.post<"/multipart">(describe);
  site.post<"/parts">(store_parts);
  site.post<"/form">(store_form);
  site.get<"/produced">([](Query<Asked> asked) {
    return Response::of_type("application/octet-stream", Body::produced_by(produce(asked->bytes)));
  });
  site.mount("/", static_files(folder.string()));
  return site;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: streams_site FOLDER [OPTION...]\n", stderr);
    return 64;
  }
  folder = argv[1];
  argv[1] = argv[0];
  return run(make_site, argc - 1, argv + 1);
}
