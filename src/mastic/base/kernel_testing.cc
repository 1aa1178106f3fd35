#include "mastic/base/kernel_testing.h"

#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "mastic/base/assert.h"

namespace mastic::base {

// ---- ScriptedKernel ----

/// The memory that a ring shares with the kernel, where there is no kernel. liburing's own inline
/// functions work on it: they prepare submissions and read completions without a system call, and
/// only `io_uring_submit_and_wait` moves anything.
struct ScriptedKernel::Ring {
  static constexpr unsigned kEntries = 4096;
  io_uring* owner = nullptr;
  unsigned submission_head = 0, submission_tail = 0, submission_flags = 0, dropped = 0;
  unsigned completion_head = 0, completion_tail = 0, completion_flags = 0, overflow = 0;
  unsigned mask = kEntries - 1, entries = kEntries;
  std::array<unsigned, kEntries> array{};
  std::array<io_uring_sqe, kEntries> submissions{};
  std::array<io_uring_cqe, kEntries> completions{};
};

ScriptedKernel::ScriptedKernel() : FailingKernel(system_kernel()) {}
ScriptedKernel::~ScriptedKernel() = default;

int ScriptedKernel::make_socket() {
  sockets_[next_fd_];
  return next_fd_++;
}

int ScriptedKernel::connect_to(int listener) {
  const int fd = make_socket();
  at(listener).pending.push_back(fd);
  return fd;
}

ScriptedKernel::Socket& ScriptedKernel::at(int fd) {
  const auto found = sockets_.find(fd);
  MASTIC_ASSERT(found != sockets_.end(), {"fd", fd});
  return found->second;
}

std::vector<int> ScriptedKernel::listeners() const {
  std::vector<int> fds;
  for (const auto& [fd, socket] : sockets_) {
    if (socket.open && socket.is_listener) fds.push_back(fd);
  }
  return fds;
}

std::size_t ScriptedKernel::open_sockets() const {
  return static_cast<std::size_t>(std::ranges::count_if(sockets_, [](const auto& entry) {
    const Socket& socket = entry.second;
    return socket.open && !socket.is_event && !socket.is_listener;
  }));
}

bool ScriptedKernel::peer_sees_end(int fd) {
  const Socket& socket = at(fd);
  return socket.write_shut || socket.reset || (!socket.open && !socket.held_elsewhere);
}

std::int64_t ScriptedKernel::unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()).count();
}

WallTime ScriptedKernel::wall_now() {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch()));
}

int ScriptedKernel::close(int fd) {
  if (polls_.erase(fd) > 0) return 0;
  if (!scripted(fd)) return FailingKernel::close(fd);
  MASTIC_ASSERT(at(fd).open, {"closed twice", fd});
  at(fd).open = false;
  // epoll forgets a socket when its last descriptor is closed, not when this one is.
  if (at(fd).held_elsewhere) return 0;
  for (auto& [epoll, watches] : polls_) watches.erase(fd);
  return 0;
}

ssize_t ScriptedKernel::read(int fd, void* buffer, std::size_t size) {
  return FailingKernel::read(fd, buffer, size);
}

ssize_t ScriptedKernel::write(int fd, const void* bytes, std::size_t size) {
  if (!scripted(fd)) return FailingKernel::write(fd, bytes, size);
  if (const int number = fault("write")) return -number;
  at(fd).signalled = true;  // an eventfd
  return static_cast<ssize_t>(size);
}

int ScriptedKernel::socket(int, int, int) {
  if (const int number = fault("socket")) return -number;
  return make_socket();
}

int ScriptedKernel::bind(int, const sockaddr*, unsigned) { return -fault("bind"); }

int ScriptedKernel::listen(int fd, int) {
  if (const int number = fault("listen")) return -number;
  at(fd).is_listener = true;
  return 0;
}

namespace {

/// An IPv4 address as the socket calls give it; returns its size.
unsigned store_address(const Endpoint& peer, void* address, unsigned size) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(peer.port);
  std::memcpy(&in.sin_addr, peer.ip.bytes().data(), sizeof in.sin_addr);
  std::memcpy(address, &in, std::min<std::size_t>(size, sizeof in));
  return sizeof in;
}

}  // namespace

/// The only connect() that a scripted socket gets has no address (AF_UNSPEC). It disconnects the
/// socket, and TCP sends the peer a reset.
int ScriptedKernel::connect(int fd, const sockaddr* address, unsigned size) {
  if (!scripted(fd)) return FailingKernel::connect(fd, address, size);
  if (const int number = fault("connect")) return -number;
  MASTIC_ASSERT(address->sa_family == AF_UNSPEC, {"family", address->sa_family});
  at(fd).reset = true;
  return 0;
}

int ScriptedKernel::accept4(int fd, sockaddr* address, unsigned* size, int) {
  if (const int number = fault("accept4")) return -number;
  std::deque<int>& pending = at(fd).pending;
  if (pending.empty()) return -EAGAIN;
  const int accepted = pending.front();
  pending.pop_front();
  if (address != nullptr) *size = store_address(at(accepted).peer, address, *size);
  return accepted;
}

int ScriptedKernel::getsockname(int fd, sockaddr* address, unsigned* size) {
  if (!scripted(fd)) return FailingKernel::getsockname(fd, address, size);
  return -EOPNOTSUPP;
}

int ScriptedKernel::setsockopt(int fd, int level, int name, const void* value, unsigned size) {
  if (!scripted(fd)) return FailingKernel::setsockopt(fd, level, name, value, size);
  if (const int number = fault("setsockopt")) return -number;
  if (level == IPPROTO_TCP && name == TCP_CORK)
    at(fd).corked = *static_cast<const int*>(value) != 0;
  return 0;
}

int ScriptedKernel::shutdown(int fd, int how) {
  if (!scripted(fd)) return FailingKernel::shutdown(fd, how);
  if (const int number = fault("shutdown")) return -number;
  if (how != SHUT_RD) at(fd).write_shut = true;
  return 0;
}

int ScriptedKernel::siocoutq(int fd) {
  if (!scripted(fd)) return FailingKernel::siocoutq(fd);
  if (const int number = fault("siocoutq")) return -number;
  return static_cast<int>(at(fd).unacknowledged);
}

ssize_t ScriptedKernel::recv(int fd, void* buffer, std::size_t size, int flags) {
  if (!scripted(fd)) return FailingKernel::recv(fd, buffer, size, flags);
  if (const int number = fault("recv")) return -number;
  Socket& socket = at(fd);
  MASTIC_ASSERT(socket.open, {"recv on a closed socket", fd});
  if (!socket.incoming.empty()) {
    std::string& front = socket.incoming.front();
    const std::size_t taken = std::min(size, front.size());
    std::memcpy(buffer, front.data(), taken);
    front.erase(0, taken);
    if (front.empty()) socket.incoming.pop_front();
    return static_cast<ssize_t>(taken);
  }
  if (socket.recv_error != 0) return -socket.recv_error;
  return socket.incoming_ended ? 0 : -EAGAIN;
}

ssize_t ScriptedKernel::send(int fd, const void* bytes, std::size_t size, int flags) {
  if (!scripted(fd)) return FailingKernel::send(fd, bytes, size, flags);
  if (const int number = fault("send")) return -number;
  Socket& socket = at(fd);
  MASTIC_ASSERT(socket.open, {"send on a closed socket", fd});
  MASTIC_ASSERT(!socket.write_shut, {"send after shutdown", fd});
  if (socket.reset) return -EPIPE;
  if (socket.send_error != 0) return -socket.send_error;
  const std::size_t taken = std::min({size, socket.room, socket.max_per_send});
  if (taken == 0 && size > 0) return -EAGAIN;
  socket.sent.append(static_cast<const char*>(bytes), taken);
  if (socket.room != SIZE_MAX) socket.room -= taken;
  return static_cast<ssize_t>(taken);
}

int ScriptedKernel::recvmmsg(int fd, std::span<mmsghdr> messages) {
  if (!scripted(fd)) return FailingKernel::recvmmsg(fd, messages);
  if (const int number = fault("recvmmsg")) return -number;
  Socket& socket = at(fd);
  if (socket.datagrams.empty()) return -EAGAIN;
  int count = 0;
  for (mmsghdr& message : messages) {
    if (socket.datagrams.empty()) break;
    const std::string datagram = std::exchange(socket.datagrams.front(), {});
    socket.datagrams.pop_front();
    msghdr& head = message.msg_hdr;
    const std::size_t taken = std::min(datagram.size(), head.msg_iov->iov_len);
    std::memcpy(head.msg_iov->iov_base, datagram.data(), taken);
    message.msg_len = static_cast<unsigned>(taken);
    head.msg_flags = taken < datagram.size() ? MSG_TRUNC : 0;
    head.msg_controllen = 0;
    head.msg_namelen = store_address(socket.peer, head.msg_name, head.msg_namelen);
    ++count;
  }
  return count;
}

ssize_t ScriptedKernel::sendmsg(int fd, const msghdr& message, int flags) {
  if (!scripted(fd)) return FailingKernel::sendmsg(fd, message, flags);
  if (const int number = fault("sendmsg")) return -number;
  if (message.msg_name != nullptr) {
    const iovec& bytes = *message.msg_iov;
    at(fd).replies.emplace_back(static_cast<const char*>(bytes.iov_base), bytes.iov_len);
    return static_cast<ssize_t>(bytes.iov_len);
  }
  ssize_t total = 0;
  for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
    const iovec& part = message.msg_iov[i];
    const ssize_t sent = send(fd, part.iov_base, part.iov_len, flags);
    if (sent < 0) return total > 0 ? total : sent;
    total += sent;
    if (static_cast<std::size_t>(sent) < part.iov_len) break;
  }
  return total;
}

ssize_t ScriptedKernel::sendfile(int to, int from, std::int64_t offset, std::size_t size) {
  if (!scripted(to)) return FailingKernel::sendfile(to, from, offset, size);
  if (const int number = fault("sendfile")) return -number;
  std::string block(std::min<std::size_t>(size, 65536), '\0');
  const ssize_t got = FailingKernel::pread(from, block.data(), block.size(), offset);
  if (got <= 0) return got;
  return send(to, block.data(), static_cast<std::size_t>(got), 0);
}

int ScriptedKernel::epoll_create1(int) {
  if (const int number = fault("epoll_create1")) return -number;
  polls_[next_fd_];
  return next_fd_++;
}

int ScriptedKernel::epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  if (const int number = fault("epoll_ctl")) return -number;
  auto& watches = polls_.at(epoll);
  if (scripted(fd) && !at(fd).open) return -EBADF;
  if (operation == EPOLL_CTL_DEL) {
    watches.erase(fd);
  } else {
    watches[fd] = {event->events, event->data.u64};
  }
  return 0;
}

std::uint32_t ScriptedKernel::readiness(Socket& socket) const {
  constexpr std::uint32_t kReadable = EPOLLIN;
  // Edges, which are reported once, for eventfds; all other sockets report their level.
  if (socket.is_event) return std::exchange(socket.signalled, false) ? kReadable : 0;
  if (socket.is_listener) return socket.pending.empty() ? 0 : kReadable;
  std::uint32_t events = 0;
  if (!socket.incoming.empty() || !socket.datagrams.empty()) events |= EPOLLIN;
  if (socket.incoming_ended) events |= EPOLLIN | EPOLLRDHUP;
  if (socket.recv_error != 0) events |= EPOLLIN | EPOLLERR;
  if (socket.room > 0) events |= EPOLLOUT;
  return events;
}

int ScriptedKernel::epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) {
  if (fault("epoll_wait") != 0) return -EINTR;  // on a valid descriptor it fails in no other way
  std::size_t count = 0;
  for (const auto& [fd, watch] : polls_.at(epoll)) {
    if (count == events.size()) break;
    const std::uint32_t ready =
        readiness(at(fd)) & (watch.events | static_cast<std::uint32_t>(EPOLLERR | EPOLLHUP));
    if (ready == 0) continue;
    events[count].events = ready;
    events[count++].data.u64 = watch.data;
  }
  if (count == 0 && timeout_ms > 0) advance(std::chrono::milliseconds(timeout_ms));
  return static_cast<int>(count);
}

int ScriptedKernel::eventfd(unsigned, int) {
  if (const int number = fault("eventfd")) return -number;
  const int fd = make_socket();
  at(fd).is_event = true;
  return fd;
}

int ScriptedKernel::io_uring_queue_init(unsigned, io_uring& ring) {
  if (const int number = fault("io_uring_queue_init")) return -number;
  Ring& memory = *rings_.emplace_back(std::make_unique<Ring>());
  memory.owner = &ring;
  ring = {};
  ring.sq.khead = &memory.submission_head;
  ring.sq.ktail = &memory.submission_tail;
  ring.sq.kflags = &memory.submission_flags;
  ring.sq.kdropped = &memory.dropped;
  ring.sq.array = memory.array.data();
  ring.sq.sqes = memory.submissions.data();
  ring.sq.ring_mask = memory.mask;
  ring.sq.ring_entries = memory.entries;
  ring.cq.khead = &memory.completion_head;
  ring.cq.ktail = &memory.completion_tail;
  ring.cq.kflags = &memory.completion_flags;
  ring.cq.koverflow = &memory.overflow;
  ring.cq.cqes = memory.completions.data();
  ring.cq.ring_mask = memory.mask;
  ring.cq.ring_entries = memory.entries;
  return 0;
}

int ScriptedKernel::io_uring_submit_and_wait(io_uring& ring, unsigned) {
  if (const int number = fault("io_uring_submit_and_wait")) return -number;
  int submitted = 0;
  for (; ring.sq.sqe_head != ring.sq.sqe_tail && submitted < max_per_submit;
       ++ring.sq.sqe_head, ++submitted) {
    const io_uring_sqe& entry = ring.sq.sqes[ring.sq.sqe_head & ring.sq.ring_mask];
    auto* const bytes = reinterpret_cast<char*>(entry.addr);
    const auto flags = static_cast<int>(entry.msg_flags);
    const ssize_t result = entry.opcode == IORING_OP_RECV ? recv(entry.fd, bytes, entry.len, flags)
                                                          : send(entry.fd, bytes, entry.len, flags);
    io_uring_cqe& completion = ring.cq.cqes[*ring.cq.ktail & ring.cq.ring_mask];
    completion.user_data = entry.user_data;
    completion.res = static_cast<int>(result);
    ++*ring.cq.ktail;
  }
  *ring.sq.khead = ring.sq.sqe_head;
  return submitted;
}

void ScriptedKernel::io_uring_queue_exit(io_uring& ring) {
  std::erase_if(rings_, [&](const auto& memory) { return memory->owner == &ring; });
}

}  // namespace mastic::base
