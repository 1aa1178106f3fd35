// Sockets that receive datagrams.

#pragma once

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/net/bound_socket.h"
#include "mastic/net/socket_file.h"

namespace mastic::net {

/// A bound socket for datagrams. A Unix socket file that a dead process left behind is replaced.
/// The socket's own file is removed together with the socket, as a Listener's file is.
class DatagramSocket {
 public:
  /// Opens a socket. Fails with a message that names the address and the remedy. `access` says who
  /// may send to a Unix socket; datagrams that arrived before this access was set are discarded.
  /// `kernel` must outlive the socket.
  [[nodiscard]] static base::Result<DatagramSocket> open(base::Kernel& kernel,
                                                         const base::Address& address,
                                                         const SocketAccess& access = {});

  /// The descriptor. The socket keeps ownership of it.
  [[nodiscard]] int fd() const { return socket_.descriptor.fd(); }
  /// The bound address. If port 0 was asked for, the address has the port that the system chose.
  [[nodiscard]] const base::Address& address() const { return socket_.address; }
  /// Removes the file of a Unix socket. New senders no longer find the socket; connected senders
  /// may still send.
  void remove_file() { file_.remove(); }

 private:
  DatagramSocket(BoundSocket socket, SocketFile file)
      : socket_(std::move(socket)), file_(std::move(file)) {}

  BoundSocket socket_;
  SocketFile file_;  ///< last, so that the file is removed before the socket is closed
};

}  // namespace mastic::net
