// A WebSocket on a shard with a scripted kernel, and its client, for tests.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/async/sleep.h"
#include "mastic/async/with_timeout.h"
#include "mastic/net/protocol_host_testing.h"
#include "mastic/websocket/open.h"
#include "mastic/wire/websocket/frame.h"
#include "mastic/wire/websocket/message_parser.h"

namespace mastic::websocket {

using namespace std::chrono_literals;
using async::Task;
using wire::websocket::Opcode;

/// A frame as a client sends it.
inline std::string frame(Opcode opcode, std::string_view payload, bool is_final = true) {
  constexpr wire::websocket::MaskingKey kKey = 0x04030201;
  std::string bytes(wire::websocket::kMaxFrameHeadBytes, '\0');
  char* const end = wire::websocket::write_frame_head(
      bytes.data(),
      {.opcode = opcode, .is_final = is_final, .length = payload.size(), .masking_key = kKey});
  bytes.resize(static_cast<std::size_t>(end - bytes.data()));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(payload[i] ^ bytes[bytes.size() - i - 4 + i % 4]);
  }
  return bytes;
}
inline std::string text(std::string_view payload) { return frame(Opcode::Text, payload); }
inline std::string binary(std::string_view payload) { return frame(Opcode::Binary, payload); }
inline std::string ping(std::string_view payload) { return frame(Opcode::Ping, payload); }
inline std::string pong(std::string_view payload) { return frame(Opcode::Pong, payload); }
/// A close frame; without a code, its payload is empty.
inline std::string close_frame(int code = 0, std::string_view reason = "") {
  std::string payload;
  if (code != 0) payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return frame(Opcode::Close, payload + std::string(reason));
}

/// What a handler has seen. It outlives the server.
struct SocketRecord {
  WebSocket socket;  ///< a copy of the handler's socket
  std::vector<std::string> seen;
  std::optional<Closed> closed;
  int running = 0;  ///< handlers that have begun and not ended
};

/// Writes down "1000 reason" of how a socket was closed.
inline std::string describe(const std::optional<Closed>& how) {
  if (!how) return "open";
  return std::to_string(static_cast<int>(how->code)) + " " + how->reason +
         (how->by_peer ? " by the client" : "");
}

/// A server with one client, whose handler is chosen by `open_...`. Others can connect.
struct SessionTest : testing::TestWithParam<loop::TransferKind> {
  /// The server is destroyed first, because its handlers use the members below.
  ~SessionTest() override { server.reset(); }

  // ---- opening ----

  /// Opens a socket whose handler is a task.
  void open_with(std::function<Task<>(WebSocket&)> handler) {
    open_by([this, handler] {
      return make_upgrade(agreement(), TaskHandler([this, handler](WebSocket& socket) {
                            return run(handler, socket);
                          }),
                          history);
    });
  }
  /// Opens a socket whose handler is called for events.
  void open_events(std::function<std::unique_ptr<EventHandler>()> make) {
    open_by([this, make] { return make_upgrade(agreement(), make(), history); });
  }
  void open_echo() {
    open_with([](WebSocket& socket) -> Task<> {
      while (std::optional<Message> message = co_await socket.receive()) {
        (void)co_await socket.send(*std::move(message));
      }
    });
  }
  void open_by(std::function<std::unique_ptr<app::Upgrade>()> make) {
    server = std::make_unique<net::TestedServer>(GetParam());
    make_upgrade_ = std::move(make);
    client = &connect();
  }
  /// Has another client open a socket.
  net::TestedHost& connect() {
    const std::unique_ptr<app::Upgrade> upgrade = make_upgrade_();
    return server->connect([&](net::ProtocolHost& host) { return upgrade->open(host); });
  }
  [[nodiscard]] Agreement agreement() {
    return {.protocol = protocol, .deflate = deflate, .options = &options};
  }

  // ---- the client ----

  [[nodiscard]] base::ScriptedKernel::Socket& at() { return server->kernel.at(client->fd); }
  /// Sends `bytes` and gives the server time to answer.
  void send(std::string_view bytes) {
    at().incoming.emplace_back(bytes);
    server->turn(4);
  }
  /// Sends `bytes` and returns what the server sends back, a line for each frame.
  std::string say(std::string_view bytes) {
    send(bytes);
    return heard();
  }
  /// What the server has sent, a line for each frame: "text hello\n".
  std::string heard() {
    received += std::exchange(at().sent, {});
    std::string lines;
    while (const auto line = next_line()) lines += *line + "\n";
    return lines;
  }
  void pass(base::Duration time) { server->pass(time); }
  [[nodiscard]] bool is_open() { return at().open; }
  [[nodiscard]] bool is_reset() { return at().reset; }

  void expect_nothing_left() {
    server->turn(5);
    for (const auto& host : server->hosts) EXPECT_EQ(host->protocol(), nullptr);
    EXPECT_TRUE(server->tasks.empty());
    EXPECT_EQ(record.running, 0);
  }

  std::string protocol;
  std::optional<wire::websocket::DeflateParameters> deflate;
  Options options;
  async::BlockingHistory history;
  SocketRecord record;
  std::unique_ptr<net::TestedServer> server;
  net::TestedHost* client = nullptr;

 private:
  /// Runs `handler` and notes that it runs, and how its socket was closed when it ends.
  Task<> run(const std::function<Task<>(WebSocket&)>& handler, WebSocket& socket) {
    struct Running {
      explicit Running(SocketRecord& noted) : note(noted) { ++note.running; }
      ~Running() { --note.running; }
      SocketRecord& note;
    };
    const Running running(record);
    record.socket = socket;
    co_await handler(socket);
    record.closed = socket.closed();
  }

  /// Takes the next whole frame off `received`. Servers do not mask.
  std::optional<std::string> next_line() {
    const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(received[at]); };
    std::size_t head = 2;
    if (received.size() < head) return std::nullopt;
    std::uint64_t length = byte(1);
    EXPECT_LT(length, 128u) << "a server must not mask";
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (received.size() < head + extra) return std::nullopt;
    if (extra > 0) length = 0;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(head + i);
    head += extra;
    if (received.size() < head + length) return std::nullopt;
    std::string line = describe_frame(byte(0), received.substr(head, length));
    received.erase(0, head + length);
    return line;
  }
  static std::string describe_frame(unsigned first, std::string payload) {
    static constexpr std::string_view kNames[] = {"more", "text", "binary", "?",    "?",   "?",
                                                  "?",    "?",    "close",  "ping", "pong"};
    const unsigned opcode = first & 15;
    if (opcode == 8 && payload.size() >= 2) {
      const int code =
          static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
      payload = std::to_string(code) + (payload.size() > 2 ? " " + payload.substr(2) : "");
    }
    return std::string(kNames[opcode]) + ((first & 0x80) == 0 ? "... " : " ") + payload;
  }

  std::function<std::unique_ptr<app::Upgrade>()> make_upgrade_;
  std::string received;  ///< what does not make a whole frame
};

/// Instantiates a fixture for both transfers.
#define MASTIC_FOR_BOTH_TRANSFERS(Fixture)                                                  \
  INSTANTIATE_TEST_SUITE_P(                                                                 \
      , Fixture, testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring), \
      [](const auto& each) {                                                                \
        return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";           \
      })

}  // namespace mastic::websocket
