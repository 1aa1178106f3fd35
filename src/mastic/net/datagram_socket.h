// A socket that datagrams are received from.

#pragma once

#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/net/bound_socket.h"
#include "mastic/net/socket_file.h"

namespace mastic::net {

/// A bound socket for datagrams. A Unix socket that a dead process left behind is replaced, and this
/// one's file goes with it, as a Listener's does.
class DatagramSocket {
 public:
  /// Fails with a message that names the address and the remedy. `access`: who may send to a Unix
  /// socket; what came from others before that was set is thrown away.
  [[nodiscard]] static base::Result<DatagramSocket> open(base::Kernel& kernel,
                                                         const base::Address& address,
                                                         const SocketAccess& access = {});

  [[nodiscard]] int fd() const { return socket_.descriptor.fd(); }
  /// With the port that the system chose when 0 was asked for.
  [[nodiscard]] const base::Address& address() const { return socket_.address; }
  /// Nobody new finds it any more; whoever was connected to it may still send.
  void remove_file() { file_.remove(); }

 private:
  DatagramSocket(BoundSocket socket, SocketFile file)
      : socket_(std::move(socket)), file_(std::move(file)) {}

  BoundSocket socket_;
  SocketFile file_;  ///< goes before the socket is closed
};

}  // namespace mastic::net
