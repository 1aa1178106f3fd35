// A client on a real socket.

#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/net/socket_address.h"
#include "mastic/server/shard_testing.h"

namespace mastic::server {

/// A blocking client.
class Client {
 public:
  explicit Client(const base::Address& address) {
    net::SocketAddress where(address);
    socket_ = base::Descriptor(base::system_kernel(),
                               base::system_kernel().socket(where.family(), SOCK_STREAM, 0));
    connected_ = base::system_kernel().connect(socket_.fd(), where.data(), *where.size()) == 0;
  }
  [[nodiscard]] bool is_connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {  // the kernel may take a part only
      const ssize_t taken =
          base::system_kernel().send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ASSERT_GT(taken, 0);
      bytes.remove_prefix(static_cast<std::size_t>(taken));
    }
  }
  /// Sends a request for `path`, and does not wait for the answer.
  void ask(std::string_view path) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  /// The next answer. Its status is 0 when the connection ended without one.
  ReadResponse answer() {
    const auto responses = receive(1);
    return responses.empty() ? ReadResponse() : responses[0];
  }
  /// Receives until there are `count` complete responses, or the connection ends.
  std::vector<ReadResponse> receive(std::size_t count) {
    char buffer[65536];
    while (true) {
      const auto read = read_responses(received_);
      if (read && read->size() >= count) {
        received_.clear();
        return *read;
      }
      const ssize_t got = base::system_kernel().recv(socket_.fd(), buffer, sizeof buffer, 0);
      if (got <= 0) {
        ended_ = got == 0;
        return read_responses(std::exchange(received_, {}), {}, true)
            .value_or(std::vector<ReadResponse>());
      }
      received_.append(buffer, static_cast<std::size_t>(got));
    }
  }
  /// Waits for bytes, and returns all that have arrived; nothing when the connection has ended.
  std::string receive_some() {
    char buffer[65536];
    const ssize_t got = base::system_kernel().recv(socket_.fd(), buffer, sizeof buffer, 0);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }
  std::string get(std::string_view path = "/") {
    ask(path);
    return answer().content;
  }
  [[nodiscard]] bool ended_well() const { return ended_; }

 private:
  base::Descriptor socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

}  // namespace mastic::server
