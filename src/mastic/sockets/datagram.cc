#include "mastic/sockets/datagram.h"

#include <sys/socket.h>

#include "mastic/net/socket_address.h"

namespace mastic::sockets {

bool Datagram::reply(std::string_view bytes) noexcept {
  net::SocketAddress to{base::Address(path_.peer)};
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
