// Pistache: a listener with one worker thread, and a handler without the router.
//
// It sends `Connection: Close` to clients that do not ask for keep-alive explicitly, but keeps the
// connection open.

#include <pistache/endpoint.h>

#include <csignal>
#include <cstdlib>

#include "bench/peers/tea_rapidjson.h"

namespace {

using namespace Pistache;

Http::Mime::MediaType type(std::string_view text) {
  return Http::Mime::MediaType::fromString(std::string(text));
}

std::string folder;

class Site : public Http::Handler {
 public:
  HTTP_PROTOTYPE(Site)

  void onRequest(const Http::Request& request, Http::ResponseWriter response) override {
    const std::string& target = request.resource();
    if (target == "/") {
      response.send(Http::Code::Ok, peers::kHello.data(), peers::kHello.size(), text_);
    } else if (target == "/json") {
      response.send(Http::Code::Ok, peers::to_json(peers::some_tea()), json_);
    } else if (target == "/echo") {
      response.send(Http::Code::Ok, request.body(), bytes_);
    } else {
      Http::serveFile(response, folder + target, text_);
    }
  }

 private:
  Http::Mime::MediaType text_ = type(peers::kTextType);
  Http::Mime::MediaType json_ = type(peers::kJsonType);
  Http::Mime::MediaType bytes_ = type(peers::kBytesType);
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  folder = argv[2];
  std::signal(SIGPIPE, SIG_IGN);  // or a client that disconnects would end it within sendfile
  Http::Endpoint endpoint(
      Address(Ipv4::loopback(), Port(static_cast<std::uint16_t>(std::atoi(argv[1])))));
  endpoint.init(Http::Endpoint::options()
                    .threads(1)
                    .flags(Tcp::Options::ReuseAddr | Tcp::Options::NoDelay)
                    .backlog(4096)
                    .maxRequestSize(peers::kMaxBodyBytes)
                    .maxResponseSize(2 * peers::kMaxBodyBytes));
  endpoint.setHandler(Http::make_handler<Site>());
  endpoint.serve();
}
