// Requests to small sites. Each passes through the whole server, from one end of a socket pair and
// back, with plain calls.

#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "mastic/net/socket_stream.h"
#include "mastic/routing/router.h"
#include "mastic/server/shard.h"

#include "bench/author/cases.h"

namespace bench {
namespace {

using namespace mastic;

class NoLog final : public base::Log {
 public:
  void write(const base::LogRecord&) noexcept override {}
};

/// A server with one connection, and the client of that connection.
class Server {
 public:
  explicit Server(app::App app) : app_(std::move(app)) {
    options_.max_requests_per_connection = 1'000'000'000;
    loop_ = loop::Loop::open(base::system_kernel(), loop::TransferKind::Syscall).value();
    shard_ = std::make_unique<server::Shard>(*loop_, app_, options_, log_, counters_);
    int ends[2];
    expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0, "no sockets");
    client_ = ends[1];
    shard_->adopt(std::make_unique<net::SocketStream>(
                      *loop_, base::Descriptor(base::system_kernel(), ends[0])),
                  {});
  }
  /// Sends a request and returns the answer, which is valid until the next call.
  std::string_view ask(std::string_view path) {
    request_.assign("GET ").append(path).append(
        " HTTP/1.1\r\nHost: bench.example\r\nAccept: */*\r\n\r\n");
    expect(send(client_, request_.data(), request_.size(), 0) > 0, "nothing was sent");
    (void)loop_->turn(base::Duration::zero());
    const ssize_t got = recv(client_, answer_, sizeof answer_, MSG_DONTWAIT);
    expect(got > 0, "a request takes more than a turn");
    return {answer_, static_cast<std::size_t>(got)};
  }

 private:
  NoLog log_;
  server::ServerCounters counters_;
  server::Options options_;
  app::App app_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<server::Shard> shard_;
  int client_ = -1;
  std::string request_;
  char answer_[4096];
};

/// Makes a round that requests the paths in turn. The server is never destroyed.
Round ask(app::App app, std::vector<std::string> paths) {
  auto* const server = new Server(std::move(app));
  for (const std::string& path : paths) {
    expect(server->ask(path).starts_with("HTTP/1.1 200 OK\r\n"), "an answer is wrong");
  }
  return [server, paths = std::move(paths), at = std::size_t{0}]() mutable {
    (void)server->ask(paths[at]);
    if (++at == paths.size()) at = 0;
  };
}

struct Small {
  int id = 0;
  std::string name;
  bool admin = false;
};

/// Makes a round over a site with `count` routes, which requests each of them.
Round ask_one_of(int count) {
  routing::Router site;
  std::vector<std::string> paths;
  for (int i = 0; i < count; ++i) {
    // In another order than that of the paths: 7919 is prime, so no path comes twice.
    const int shuffled = static_cast<int>(i * 7919LL % count) * (10'000 / count);
    paths.push_back("/item-" + std::to_string(10'000 + shuffled));
    site.get(paths.back(), [] { return "hello\n"; });
  }
  return ask(std::move(site), std::move(paths));
}

routing::Router site_with_others() {
  routing::Router site;
  for (const char* path :
       {"/", "/about", "/hi", "/items", "/items/{id:int}", "/users/{name}", "/login"}) {
    site.get(path, [] { return "hello\n"; });
  }
  return site;
}

}  // namespace

Cases request_cases() {
  return {
      {"no-route", [] { return ask([] { return "hello\n"; }, {"/hi/ada/3"}); }},
      {"static",
       [] {
         routing::Router site = site_with_others();
         site.get<"/hi/ada/3">([] { return "hello\n"; });
         return ask(std::move(site), {"/hi/ada/3"});
       }},
      {"typed",
       [] {
         routing::Router site = site_with_others();
         site.get<"/hi/{name}/{times:int}">([](std::string_view name, int times) {
           return name.empty() || times < 0 ? "no\n" : "hello\n";
         });
         return ask(std::move(site), {"/hi/ada/3"});
       }},
      {"text",
       [] {
         const auto handler = [] {
           return std::string(R"({"id":7,"name":"Grace Hopper","admin":false})");
         };
         return ask(handler, {"/"});
       }},
      {"json", [] { return ask([] { return Small{7, "Grace Hopper", false}; }, {"/"}); }},
      {"routes-10", [] { return ask_one_of(10); }},
      {"routes-10000", [] { return ask_one_of(10'000); }},
  };
}

}  // namespace bench
