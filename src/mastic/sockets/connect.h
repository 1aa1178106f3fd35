// Connecting to a TCP or Unix server from a task.
//
//     auto connection = co_await connect_tcp("127.0.0.1:7000");
//     co_await connection->writer().write("hello\n");
//     auto answer = co_await connection->reader().read_line();

#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "mastic/async/task.h"
#include "mastic/base/units.h"
#include "mastic/sockets/connection.h"
#include "mastic/sockets/stream_options.h"

namespace mastic::sockets {

/// The settings of connect_tcp and connect_unix.
struct ConnectOptions {
  /// How long the peer may take to accept the connection.
  base::Duration connect_timeout = std::chrono::seconds(10);
  /// The limits and deadlines of the connection.
  StreamOptions stream;
};

/// Thrown if no connection could be made. The message says why: refused, unreachable, timed out, or
/// an invalid address.
class ConnectError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Connects to a TCP address, such as `127.0.0.1:7000` or `[::1]:7000`. Host names are not
/// accepted, because looking them up would block. Copies both arguments. Throws ConnectError if no
/// connection can be made. Requires: the task runs on a loop, as the task of a handler does.
///
/// When the returned connection is destroyed, what was written is still sent and the connection is
/// closed, in the background, as long as the loop is driven.
[[nodiscard]] async::Task<std::unique_ptr<Connection>> connect_tcp(
    const std::string& address, const ConnectOptions& options = {});
/// Connects to the Unix socket at `path`, as connect_tcp does.
[[nodiscard]] async::Task<std::unique_ptr<Connection>> connect_unix(
    const std::string& path, const ConnectOptions& options = {});

}  // namespace mastic::sockets
