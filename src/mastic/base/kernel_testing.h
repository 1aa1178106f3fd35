// A kernel for tests that is a script in memory.

#pragma once

#include <cerrno>
#include <climits>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/failing_kernel.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/kernel.h"

namespace mastic::base {

/// Sockets, readiness and time as a script in memory; files are the inner kernel's.
///
/// A test plays the network: it feeds sockets, reads what was sent to them and moves the clock.
/// When nothing is ready, epoll_wait moves the clock by its timeout and returns at once. For one
/// thread only.
class ScriptedKernel final : public FailingKernel {
 public:
  /// A socket: what its peer sends to it, and what the program has done with it.
  struct Socket {
    std::deque<std::string> incoming;  ///< each recv returns at most one of these
    bool incoming_ended = false;       ///< the peer's FIN, after `incoming`
    int recv_error = 0;                ///< an errno for the next recv, after `incoming`
    int send_error = 0;                ///< an errno for every send
    std::size_t room = SIZE_MAX;       ///< how many bytes the socket takes before EAGAIN
    std::size_t max_per_send = SIZE_MAX;
    std::string sent;
    std::size_t unacknowledged = 0;  ///< how many of the bytes sent the peer has yet to acknowledge
    bool write_shut = false;
    bool corked = false;  ///< TCP_CORK: a partial segment would wait
    bool open = true;
    bool held_elsewhere =
        false;              ///< a child process has it too, so the peer does not see it closed
    bool reset = false;     ///< the peer sees a reset
    bool is_event = false;  ///< an eventfd
    bool is_listener = false;
    bool signalled = false;   ///< an eventfd with an edge to report
    std::deque<int> pending;  ///< for a listener: connections to accept
    Endpoint peer{IpAddress::v4({127, 0, 0, 1}), 40000};
    std::deque<std::string> datagrams;  ///< each from `peer`
    std::vector<std::string> replies;   ///< datagrams sent, to any address
  };

  ScriptedKernel();
  ~ScriptedKernel() override;

  /// Makes a connection that `listener` will accept; returns its descriptor.
  int connect_to(int listener);
  /// Makes a connected socket without a listener; returns its descriptor.
  int make_socket();
  [[nodiscard]] Socket& at(int fd);
  /// The descriptors of listening sockets, in order of creation.
  [[nodiscard]] std::vector<int> listeners() const;
  [[nodiscard]] std::size_t open_sockets() const;
  /// Whether the peer knows that no more bytes will come.
  [[nodiscard]] bool peer_sees_end(int fd);
  void advance(Duration time) { now_ += time; }
  /// How many operations one io_uring submit takes; the others stay in the queue.
  int max_per_submit = INT_MAX;
  /// Makes io_uring_queue_init fail, as a seccomp profile does.
  void forbid_io_uring() { fail("io_uring_queue_init", 1, EPERM); }

  Instant monotonic_now() override { return now_; }
  std::int64_t unix_seconds() override;
  WallTime wall_now() override;
  int close(int fd) override;
  ssize_t read(int fd, void* buffer, std::size_t size) override;
  ssize_t write(int fd, const void* bytes, std::size_t size) override;
  int socket(int domain, int type, int protocol) override;
  int bind(int fd, const sockaddr* address, unsigned size) override;
  int listen(int fd, int backlog) override;
  int connect(int fd, const sockaddr* address, unsigned size) override;
  int accept4(int fd, sockaddr* address, unsigned* size, int flags) override;
  int getsockname(int fd, sockaddr* address, unsigned* size) override;
  int setsockopt(int fd, int level, int name, const void* value, unsigned size) override;
  int shutdown(int fd, int how) override;
  int siocoutq(int fd) override;
  ssize_t recv(int fd, void* buffer, std::size_t size, int flags) override;
  ssize_t send(int fd, const void* bytes, std::size_t size, int flags) override;
  int recvmmsg(int fd, std::span<mmsghdr> messages) override;
  ssize_t sendmsg(int fd, const msghdr& message, int flags) override;
  ssize_t sendfile(int to, int from, std::int64_t offset, std::size_t size) override;
  int epoll_create1(int flags) override;
  int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) override;
  int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) override;
  int eventfd(unsigned initial, int flags) override;
  int io_uring_queue_init(unsigned entries, io_uring& ring) override;
  int io_uring_submit_and_wait(io_uring& ring, unsigned count) override;
  void io_uring_queue_exit(io_uring& ring) override;

 private:
  struct Watch {
    std::uint32_t events;
    std::uint64_t data;
  };
  struct Ring;
  [[nodiscard]] bool scripted(int fd) const { return sockets_.contains(fd); }
  std::uint32_t readiness(Socket& socket) const;

  std::map<int, Socket> sockets_;
  std::map<int, std::map<int, Watch>> polls_;
  std::vector<std::unique_ptr<Ring>> rings_;
  int next_fd_ = 100'000;  // far from the system's own
  Instant now_{std::chrono::hours(1000)};
};

}  // namespace mastic::base
