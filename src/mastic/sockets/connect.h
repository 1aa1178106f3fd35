// Connecting to a server, from a task.
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

/// How a connection is made, and what limits it has.
struct ConnectOptions {
  /// How long the peer may take to accept it.
  base::Duration connect_timeout = std::chrono::seconds(10);
  /// The limits and deadlines of the connection.
  StreamOptions stream;
};

/// There is no connection, and the message says why: refused, unreachable, too slow, or an address
/// that is none.
class ConnectError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Connects to `127.0.0.1:7000` or `[::1]:7000`. Names are not looked up, for nothing here asks a
/// resolver without blocking. Copies both arguments. Throws ConnectError. The task must run on a loop, as a handler's does.
///
/// When the connection goes, what was written is still sent and the rest closed in the background,
/// for as long as the loop is driven.
[[nodiscard]] async::Task<std::unique_ptr<Connection>> connect_tcp(
    const std::string& address, const ConnectOptions& options = {});
/// Connects to the Unix socket at `path`.
[[nodiscard]] async::Task<std::unique_ptr<Connection>> connect_unix(
    const std::string& path, const ConnectOptions& options = {});

}  // namespace mastic::sockets
