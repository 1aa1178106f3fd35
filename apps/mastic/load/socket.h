// The sockets of the load generator: addresses, connecting, and closing without a trace.

#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/result.h"
#include "mastic/base/units.h"

#include "apps/mastic/load/target.h"

namespace mastic::load {

/// An address that a socket can connect to.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// The addresses of a server, in the order in which they should be tried. Fails when the name is not
/// known.
[[nodiscard]] base::Result<std::vector<SocketAddress>> resolve(const Target& target);

/// Begins to connect a new socket that does not block and has no Nagle's delay. Returns it, also when
/// the connection is still being made. The error has the errno.
[[nodiscard]] base::Result<int> begin_connect(const SocketAddress& server);

/// Connects a socket, as `begin_connect` does, and waits until the connection is made.
[[nodiscard]] base::Result<int> connect_within(const SocketAddress& server, base::Duration timeout);

/// What a connection that is being made has come to: 0 or an errno.
[[nodiscard]] int connect_error(int fd);

/// Waits until a socket can be read, or also written. Returns false after `timeout`.
[[nodiscard]] bool wait_for(int fd, bool also_writable, base::Duration timeout);

/// Closes a socket with a reset, after which no port stays in TIME_WAIT.
void close_with_reset(int fd);

/// Lets this process open as many descriptors as it may, and returns how many these are.
std::size_t raise_descriptor_limit();

/// Fails with what to do about it when a process may not open that many connections.
[[nodiscard]] std::string too_many_connections(std::size_t connections, std::size_t limit);

}  // namespace mastic::load
