// A load generator for servers on this machine. It has one thread and checks every answer byte by
// byte.
//
//     load PORT [--process PID] [--connections N] [--seconds S] [--warm-up S] [--rate R] [--depth D]
//               [--path TARGET] [--post BYTES] [--echo BYTES] [--publish BYTES]
//
// Without --rate it saturates the server; --depth D sends D requests together; --post sends a POST
// with that many bytes. --echo sends messages of that many bytes over WebSockets, each of which must
// come back; --publish sends messages over one of them, each of which must come back over all
// (fan_out.h). Prints one JSON object; exits with 1 at the first answer that differs from the first
// one, or at the first message that differs from what was sent.

#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "bench/load/fan_out.h"
#include "bench/load/generator.h"
#include "bench/load/websocket.h"

namespace {

/// What the options ask for.
struct Asked {
  load::Options options;
  std::string path = "/";
  std::size_t content_bytes = 0;
  std::size_t message_bytes = 0;
  bool publishes = false;
};

std::string some_text(std::size_t bytes) {
  std::string text;
  std::minstd_rand random(7);
  while (text.size() < bytes) text += static_cast<char>(' ' + (random() >> 8) % 95);
  return text;
}

std::string make_request(const std::string& path, std::size_t content_bytes) {
  if (content_bytes == 0) return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::string request = "POST " + path +
                        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
                        "Content-Length: " +
                        std::to_string(content_bytes) + "\r\n\r\n";
  std::minstd_rand random(7);
  while (content_bytes-- > 0) request += static_cast<char>(random() >> 8);
  return request;
}

Asked read(int argc, char** argv) {
  Asked asked;
  load::Options& options = asked.options;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--process")
      options.server_process = std::atoi(value);
    else if (name == "--connections")
      options.connections = std::atoi(value);
    else if (name == "--seconds")
      options.seconds = std::atof(value);
    else if (name == "--warm-up")
      options.warm_up = std::atof(value);
    else if (name == "--rate")
      options.rate = std::atof(value);
    else if (name == "--depth")
      options.depth = std::atoi(value);
    else if (name == "--path")
      asked.path = value;
    else if (name == "--post")
      asked.content_bytes = static_cast<std::size_t>(std::atol(value));
    else if (name == "--echo" || name == "--publish") {
      asked.message_bytes = static_cast<std::size_t>(std::atol(value));
      asked.publishes = name == "--publish";
    } else
      load::fail("unknown option " + std::string(name));
  }
  options.server.sin_family = AF_INET;
  options.server.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  options.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return asked;
}

load::Result run_http(Asked& asked) {
  asked.options.request = make_request(asked.path, asked.content_bytes);
  const auto expected = load::Expected::learn(asked.options.server, asked.options.request);
  return load::Generator(asked.options, expected).run();
}

load::Result run_websockets(Asked& asked) {
  const std::string message = some_text(asked.message_bytes);
  asked.options.websocket = asked.path;
  asked.options.request = load::masked_frame(message);
  const auto expected = load::Expected::exactly(load::plain_frame(message));
  if (asked.publishes) return load::fan_out(asked.options, expected);
  return load::Generator(asked.options, expected).run();
}

void print(const load::Result& result) {
  const double each = 1e6 / static_cast<double>(result.answers);
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1000; };
  std::printf(
      "{\"answers\": %llu, \"bytes\": %llu, \"seconds\": %.6f, \"behind_seconds\": %.6f,\n"
      " \"server_us\": %.4f, \"own_us\": %.4f,\n"
      " \"latency_us\": {\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": "
      "%.1f}}\n",
      static_cast<unsigned long long>(result.answers),
      static_cast<unsigned long long>(result.bytes), result.seconds, result.behind_seconds,
      result.server_cpu_seconds * each, result.own_cpu_seconds * each, us(result.latency.at(0.5)),
      us(result.latency.at(0.9)), us(result.latency.at(0.99)), us(result.latency.at(0.999)),
      us(result.latency.largest()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc % 2 != 0) {
    std::fprintf(stderr, "usage: load PORT [--NAME VALUE]...; see bench/load/main.cc\n");
    return 2;
  }
  Asked asked = read(argc, argv);
  print(asked.message_bytes > 0 ? run_websockets(asked) : run_http(asked));
  return 0;
}
