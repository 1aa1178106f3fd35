// Feeds arbitrary bytes to a whole connection, in pieces, through a socket with little room, until
// an end or a reset. Nothing crashes, every answer begins as answers do, and nothing is left
// behind.

#include <algorithm>
#include <string>
#include <string_view>

#include "mastic/async/sleep.h"
#include "mastic/base/assert.h"
#include "mastic/routing/router.h"
#include "mastic/server/shard_testing.h"

namespace {

using namespace std::chrono_literals;
using mastic::app::Body;
using mastic::app::Request;
using mastic::app::Response;
using mastic::async::Task;
using mastic::routing::Router;
using mastic::server::ShardFixture;

mastic::app::App make_app() {
  Router site;
  const auto echo = [](Request& request) { return std::string(request.text()); };
  const auto stream = [](Request& request) {
    return Response(mastic::http::Status::Ok,
                    Body::produced_by([&request]() -> Task<std::optional<std::string>> {
                      const auto piece = co_await request.body().next();
                      if (!piece) co_return std::nullopt;
                      co_return std::string(*piece);
                    }));
  };
  for (const auto method : {mastic::http::Method::Get, mastic::http::Method::Post}) {
    site.on(method, "/", echo);
    site.on(method, "/{name}", [](Request&) -> Task<std::string> {
      co_await mastic::async::sleep_for(10ms);
      co_return std::string(3000, 'x');
    });
    site.on(method, "/{name}/{rest...}", [stream](Request& request) { return stream(request); });
  }
  return std::move(site).build();
}

}  // namespace

/// The last byte of the input chooses how the bytes before it arrive.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2 || size > 16384) return 0;
  const unsigned how = data[size - 1];
  const std::string_view bytes(reinterpret_cast<const char*>(data), size - 1);
  const std::size_t piece = (how & 1) != 0 ? bytes.size() : 1 + how % 61;
  mastic::server::Options options;
  options.max_pipelined_bytes = 256;
  options.max_pipelined_requests = 3;

  ShardFixture server(make_app(), mastic::loop::TransferKind::Syscall, options);
  const int fd = server.connect();
  if ((how & 2) != 0) server.at(fd).room = 50;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    server.at(fd).incoming.emplace_back(bytes.substr(at, piece));
    if ((how & 4) != 0) server.turn();
  }
  server.turn(5);
  server.pass(15ms);
  server.at(fd).room = SIZE_MAX;
  if ((how & 8) != 0) server.at(fd).incoming_ended = true;
  if ((how & 16) != 0) server.at(fd).recv_error = ECONNRESET;
  server.pass(300s);

  const std::string sent = server.take(fd);
  MASTIC_ASSERT(sent.empty() || sent.starts_with("HTTP/1.1 "));
  MASTIC_ASSERT(!server.at(fd).open && server.counters.connections() == 0);
  MASTIC_ASSERT(server.shard->exchanges() == 0);
  return 0;
}
