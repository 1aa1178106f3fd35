// cpp-httplib: a thread for each connection, up to kMaxConnections.

#include <httplib.h>

#include <cstdlib>
#include <limits>

#include "bench/peers/tea_rapidjson.h"

namespace {

const std::string text(peers::kTextType);
const std::string json(peers::kJsonType);
const std::string bytes(peers::kBytesType);

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(peers::kMaxConnections); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
  server.set_keep_alive_timeout(60);
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(peers::kHello.data(), peers::kHello.size(), text);
  });
  server.Get("/json", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(peers::to_json(peers::some_tea()), json);
  });
  server.Post("/echo", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.body, bytes);
  });
  server.set_mount_point("/", argv[2]);
  server.set_file_extension_and_mimetype_mapping("txt", text);
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
