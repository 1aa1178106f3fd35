// A shard on a scripted kernel: a whole server except for threads, with a network and a clock that
// the test controls.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/transfer_testing.h"
#include "mastic/net/socket_stream.h"
#include "mastic/server/shard.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::server {

using base::RecordingLog;

/// A response as a client has read it.
struct ReadResponse {
  http::Status status{};
  std::string head;  ///< field lines, each as `name: value\n`
  std::string content;
  bool keep_alive = false;
};

class ShardFixture {
 public:
  ShardFixture(app::App application, loop::TransferKind transfer, Options chosen = {})
      : options(chosen),
        app(std::move(application)),
        loop(loop::Loop::open(kernel, loop::make_test_transfer(kernel, transfer)).value()),
        shard(std::make_unique<Shard>(*loop, app, options, log, counters)) {}
  ~ShardFixture() {
    shard->abort_all();
    turn(5);
    shard.reset();
  }

  /// Connects a client, and returns its descriptor.
  int connect() {
    const int fd = kernel.make_socket();
    shard->adopt(std::make_unique<net::SocketStream>(*loop, base::Descriptor(kernel, fd)),
                 kernel.at(fd).peer);
    return fd;
  }
  base::ScriptedKernel::Socket& at(int fd) { return kernel.at(fd); }
  void turn(int times = 1) {
    for (int i = 0; i < times; ++i) (void)loop->turn(base::Duration::zero());
  }
  /// Lets time pass as in a loop, which wakes at each timer.
  void pass(base::Duration time) {
    const base::Instant end = kernel.monotonic_now() + time;
    turn();
    while (kernel.monotonic_now() < end) {
      const base::Instant before = kernel.monotonic_now();
      (void)loop->turn(end - before);
      if (kernel.monotonic_now() == before) kernel.advance(std::chrono::milliseconds(1));
    }
    turn(3);
  }
  /// Sends `bytes` and gives the server time to answer.
  void send(int fd, std::string_view bytes) {
    at(fd).incoming.emplace_back(bytes);
    turn(4);
  }
  /// Removes and returns what the client has received so far.
  std::string take(int fd) { return std::exchange(at(fd).sent, {}); }

  /// Connects, sends, and returns everything that the server sends back.
  std::string exchange(std::string_view bytes) {
    const int fd = connect();
    send(fd, bytes);
    return take(fd);
  }

  base::ScriptedKernel kernel;
  RecordingLog log;
  Options options;
  ServerCounters counters;
  app::App app;
  std::unique_ptr<loop::Loop> loop;
  std::unique_ptr<Shard> shard;
};

/// Parses all responses in `bytes`; nullopt when they are malformed. `methods` are the methods of
/// the requests; missing ones are GET.
inline std::optional<std::vector<ReadResponse>> read_responses(
    std::string_view bytes, std::vector<http::Method> methods = {}, bool ended = false) {
  using Kind = wire::http1::ResponseParser::Event::Kind;
  static const wire::http1::Limits limits;
  std::vector<ReadResponse> responses;
  while (!bytes.empty()) {
    const http::Method method =
        responses.size() < methods.size() ? methods[responses.size()] : http::Method::Get;
    base::Arena memory;
    wire::http1::ResponseParser parser(method, limits, memory);
    ReadResponse& response = responses.emplace_back();
    for (bool more = true; more;) {
      auto event = parser.next(bytes);
      if (event.kind == Kind::NeedMore && ended) event = parser.end_of_input();
      switch (event.kind) {
        case Kind::NeedMore:
        case Kind::Malformed:
          return std::nullopt;
        case Kind::Head:
          response.status = parser.head().status;
          response.keep_alive = parser.head().keep_alive;
          for (const auto& field : parser.head().fields) {
            response.head.append(field.name).append(": ").append(field.value).append("\n");
          }
          break;
        case Kind::Data:
          response.content += event.data;
          break;
        case Kind::End:
          more = false;
      }
    }
  }
  return responses;
}

}  // namespace mastic::server
