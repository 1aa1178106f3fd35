#include "mastic/loop/plain_transfer.h"

#include <sys/socket.h>

namespace mastic::loop {

void PlainTransfer::receive(std::span<Receive> batch) {
  for (Receive& one : batch) one.result = kernel_.recv(one.fd, one.buffer, one.size, MSG_DONTWAIT);
}

void PlainTransfer::send(std::span<Send> batch) {
  for (Send& one : batch)
    one.result = kernel_.send(one.fd, one.bytes, one.size, send_flags(one.more));
}

int send_flags(bool more) { return MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0); }

}  // namespace mastic::loop
