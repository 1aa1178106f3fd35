// POCO: its HTTPServer with a pool that has a thread for each connection.

#include <Poco/JSON/Object.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "bench/peers/tea.h"

namespace {

using namespace Poco::Net;

std::string folder;

std::string to_json(const peers::Tea& tea) {
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  object.set("id", tea.id);
  object.set("name", tea.name);
  object.set("kind", tea.kind);
  object.set("price_cents", tea.price_cents);
  object.set("in_stock", tea.in_stock);
  Poco::JSON::Array tags;
  for (const std::string& tag : tea.tags) tags.add(tag);
  object.set("tags", tags);
  std::ostringstream out;
  object.stringify(out);
  return out.str();
}

void answer(HTTPServerResponse& response, std::string_view type, std::string_view body) {
  response.setContentType(std::string(type));
  response.sendBuffer(body.data(), body.size());
}

class Site : public HTTPRequestHandler {
 public:
  void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
    const std::string& target = request.getURI();
    if (target == "/") {
      answer(response, peers::kTextType, peers::kHello);
    } else if (target == "/json") {
      answer(response, peers::kJsonType, to_json(peers::some_tea()));
    } else if (target == "/echo") {
      std::string body;
      Poco::StreamCopier::copyToString(request.stream(), body, peers::kMaxBodyBytes);
      answer(response, peers::kBytesType, body);
    } else {
      response.sendFile(folder + target, std::string(peers::kTextType));
    }
  }
};

class Sites : public HTTPRequestHandlerFactory {
 public:
  HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override { return new Site; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  folder = argv[2];
  HTTPServerParams::Ptr params = new HTTPServerParams;
  params->setKeepAlive(true);
  params->setMaxKeepAliveRequests(0);
  params->setKeepAliveTimeout(Poco::Timespan(60, 0));
  params->setMaxThreads(peers::kMaxConnections);
  params->setMaxQueued(peers::kMaxConnections);
  Poco::ThreadPool pool(16, peers::kMaxConnections);
  const ServerSocket socket(
      SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(std::atoi(argv[1]))), 4096);
  HTTPServer server(new Sites, pool, socket, params);
  server.start();
  for (;;) pause();
}
