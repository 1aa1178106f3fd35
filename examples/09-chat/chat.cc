#include "chat.h"

#include <algorithm>
#include <chrono>
#include <string>

using mastic::Connection;
using mastic::Task;
using mastic::TaskGroup;

namespace {

constexpr std::size_t kMaxUnread = 64;  // lines; a guest who has more of them to read is dropped
constexpr std::size_t kLongestName = 20;

bool is_name(const std::string& text) {
  const auto is_plain = [](char c) { return ('a' <= (c | 0x20) && (c | 0x20) <= 'z'); };
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, is_plain);
}

/// Tells the others that the guest has gone, however the task of the guest ends.
struct Farewell {
  Room& room;
  const std::string& name;
  ~Farewell() { room.say(name, name + " has gone\n"); }
};

/// Sends the guest what others say, until the channel is closed.
Task<> deliver(Lines& lines, Connection& connection) {
  while (const auto line = co_await lines.receive()) co_await connection.writer().write(*line);
}

/// Tells the others what the guest says, until the guest closes the connection.
Task<> listen(Room& room, const std::string& name, Connection& connection) {
  while (const auto line = co_await connection.reader().read_line()) {
    room.say(name, name + ": " + *line + "\n");
  }
}

}  // namespace

Task<> chat(Room& room, Connection& connection) {
  co_await connection.writer().write("Your name? Letters, please.\n");
  const auto name = co_await connection.reader().read_line();
  if (!name || !is_name(*name)) {
    co_await connection.writer().write("A name has 1 to 20 letters.\n");
    co_return;
  }
  Lines lines(kMaxUnread);
  const Room::Seat seat(room, *name, lines, connection);
  if (!seat.is_taken()) {
    co_await connection.writer().write("That name is taken.\n");
    co_return;
  }
  const std::string welcome = "Here are: " + room.names() + "\n";
  co_await connection.writer().write(welcome);
  room.say(*name, *name + " has come\n");
  const Farewell farewell{room, *name};
  co_await mastic::task_group([&](TaskGroup& group) -> Task<> {
    group.spawn(deliver(lines, connection));
    co_await listen(room, *name, connection);
    lines.close();
  });
}

mastic::TcpServer::Options chat_options() {
  mastic::TcpServer::Options options;
  options.max_connections = 1000;
  options.stream.max_read_bytes = 1000;
  options.stream.idle_timeout = std::chrono::hours(1);
  return options;
}
