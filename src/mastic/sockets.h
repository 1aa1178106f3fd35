// The other front door: for programs that serve sockets rather than HTTP.
//
//     #include <mastic/sockets.h>
//
//     mastic::Task<> echo(mastic::Connection& connection) {
//       while (auto bytes = co_await connection.reader().read()) {
//         co_await connection.writer().write(*bytes);
//       }
//     }
//
//     int main() {
//       mastic::TcpServer server(echo);
//       if (const auto listening = server.listen("127.0.0.1:7000"); !listening) {
//         std::cerr << listening.error().message << '\n';
//         return 1;
//       }
//       return server.run();
//     }
//
// This header is not part of <mastic/mastic.h>, so that sites, which do not need it, compile
// faster. A program may include both.

#pragma once

#include "mastic/async/channel.h"
#include "mastic/async/run_blocking.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task.h"
#include "mastic/async/task_group.h"
#include "mastic/async/with_timeout.h"
#include "mastic/base/result.h"
#include "mastic/sockets/connect.h"
#include "mastic/sockets/tcp_server.h"
#include "mastic/sockets/udp_server.h"
#include "mastic/sockets/unix_datagram_server.h"
#include "mastic/sockets/unix_server.h"

namespace mastic {

using async::Cancelled;
using async::Channel;
using async::PriorityChannel;
using async::run_blocking;
using async::sleep_for;
using async::Task;
using async::task_group;
using async::TaskGroup;
using async::TimedOut;
using async::with_timeout;
using base::Result;
using sockets::Admission;
using sockets::BlockingConnection;
using sockets::connect_tcp;
using sockets::connect_unix;
using sockets::ConnectError;
using sockets::Connection;
using sockets::ConnectionHandler;
using sockets::Datagram;
using sockets::HandlerFault;
using sockets::StreamError;
using sockets::StreamFault;
using sockets::TcpServer;
using sockets::UdpServer;
using sockets::UnixDatagramServer;
using sockets::UnixServer;

}  // namespace mastic
