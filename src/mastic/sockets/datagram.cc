#include "mastic/sockets/datagram.h"

#include <sys/socket.h>

#include <stdexcept>

#include "mastic/net/socket_address.h"

namespace mastic::sockets {

bool Datagram::reply(std::string_view bytes) {
  if (!can_reply()) {
    throw std::runtime_error(
        "cannot reply to this datagram: the Unix socket that sent it has no name; check "
        "can_reply() first, or have the sender bind() its socket to a path");
  }
  // sendmsg does not write to its arguments, although they are not const. The kernel is told from
  // which address to send (`write_local`), so that the peer recognizes the reply.
  net::SocketAddress to = path_.peer;
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_name = to.data();
  message.msg_namelen = *to.size();
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ControlRoom room;
  path_.write_local(message, room);
  const bool taken = kernel_.sendmsg(path_.socket, message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  (taken ? counters_.replied : counters_.unsent).fetch_add(1);
  return taken;
}

}  // namespace mastic::sockets
