// The system-call seam: everything that loops, sockets and files ask of the operating system goes
// through here.
//
// So a test can make the nth call fail, or put a scripted kernel in place of the real one
// (kernel_testing.h). Functions have the names of the system calls that they make (section 2 of the
// manual) and return what those return, except that a failure is -errno; `errno` itself means
// nothing to callers. The real kernel has no state and may be called from every thread; no
// descriptor that it makes is 0, 1 or 2.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "mastic/base/units.h"

struct epoll_event;
struct io_uring;
struct mmsghdr;
struct msghdr;
struct sockaddr;
struct stat;

namespace mastic::base {

/// The operating system. See system_kernel() for the real one.
class Kernel {
 public:
  virtual ~Kernel() = default;

  // Clocks.
  /// The time of the monotonic clock.
  virtual Instant monotonic_now() = 0;
  /// The time of day in seconds since 1970-01-01 UTC.
  virtual std::int64_t unix_seconds() = 0;
  /// The time of day with the full resolution of its clock; costs a little more than
  /// `unix_seconds`.
  virtual WallTime wall_now() = 0;

  /// Fills `buffer` with bytes that cannot be guessed; see random.h.
  virtual ssize_t getrandom(void* buffer, std::size_t size) = 0;

  // Threads.
  /// The kernel's number for the calling thread.
  virtual int gettid() = 0;
  /// Makes `thread` of this process run only when no other thread wants the processor.
  virtual int lower_to_idle(int thread) = 0;
  /// The processor time that `thread` of this process has used; zero when there is no such thread.
  virtual Duration thread_time(int thread) = 0;
  /// Sets how long `thread` of this process runs before others get their turn. A thread with long
  /// turns waits longer for each turn. A length of zero restores the default. Linux before 6.12
  /// ignores the length.
  virtual int set_turn(int thread, Duration length) = 0;
  /// Sends `thread` of this process a real-time signal that carries `value`.
  virtual int tgsigqueue(int thread, int signal, std::uint64_t value) = 0;

  // Any descriptor.
  virtual int close(int fd) = 0;
  virtual ssize_t read(int fd, void* buffer, std::size_t size) = 0;
  virtual ssize_t write(int fd, const void* bytes, std::size_t size) = 0;
  /// Runs a command that takes a number or no argument.
  virtual int fcntl(int fd, int command, int argument) = 0;

  // Files.
  /// Calls open() with O_CLOEXEC added.
  virtual int open(const char* path, int flags, unsigned mode) = 0;
  /// Calls openat() with O_CLOEXEC added. It takes no mode, so do not create files with it.
  virtual int openat(int directory, const char* path, int flags) = 0;
  /// Calls openat2() with O_CLOEXEC added and `resolve` (RESOLVE_*).
  virtual int openat2(int directory, const char* path, int flags, std::uint64_t resolve) = 0;
  virtual int fstat(int fd, struct stat& status) = 0;
  virtual int fstatat(int directory, const char* name, struct stat& status, int flags) = 0;
  virtual ssize_t readlinkat(int directory, const char* name, std::span<char> buffer) = 0;
  /// Locks or unlocks a file; waits unless `operation` has LOCK_NB. The lock ends with the last
  /// descriptor of the open file.
  virtual int flock(int fd, int operation) = 0;
  virtual ssize_t pread(int fd, void* buffer, std::size_t size, std::int64_t offset) = 0;
  virtual ssize_t getdents64(int fd, std::span<char> buffer) = 0;
  virtual int unlink(const char* path) = 0;
  /// Gives the file at `from` the name `to`, in one step. A file that already has the name `to` is
  /// replaced.
  virtual int rename(const char* from, const char* to) = 0;
  /// Calls linkat() so that the open file `fd`, which may have no name (O_TMPFILE), gets the name
  /// `to`. Fails with -EEXIST if there is a file of that name, and with -EXDEV if it would be on
  /// another file system.
  virtual int linkat(int fd, const char* to) = 0;
  /// Waits until the content of the file is on the disk.
  virtual int fsync(int fd) = 0;
  virtual int chmod(const char* path, unsigned mode) = 0;
  /// Changes the owner of `path` without following a link. A user or group of -1 stays as it is.
  virtual int lchown(const char* path, unsigned user, unsigned group) = 0;

  // Users. These functions fail with -ENOENT for an unknown name. They may ask a directory service,
  // which may be slow.
  virtual int getpwnam(const char* name, unsigned& user) = 0;
  virtual int getgrnam(const char* name, unsigned& group) = 0;

  // Sockets.
  virtual int socket(int domain, int type, int protocol) = 0;
  virtual int socketpair(int domain, int type, int protocol, int pair[2]) = 0;
  virtual int bind(int fd, const sockaddr* address, unsigned size) = 0;
  virtual int listen(int fd, int backlog) = 0;
  virtual int connect(int fd, const sockaddr* address, unsigned size) = 0;
  virtual int accept4(int fd, sockaddr* address, unsigned* size, int flags) = 0;
  virtual int getsockname(int fd, sockaddr* address, unsigned* size) = 0;
  virtual int getsockopt(int fd, int level, int name, void* value, unsigned* size) = 0;
  virtual int setsockopt(int fd, int level, int name, const void* value, unsigned size) = 0;
  virtual int shutdown(int fd, int how) = 0;
  /// Calls ioctl(SIOCOUTQ), which tells how much of the data that was sent is still in the kernel.
  /// For TCP the result is the number of bytes that the peer has not acknowledged, plus one for a
  /// FIN. For a Unix socket it is the size of the memory that holds data which the peer has not
  /// read.
  virtual int siocoutq(int fd) = 0;
  virtual ssize_t recv(int fd, void* buffer, std::size_t size, int flags) = 0;
  virtual ssize_t send(int fd, const void* bytes, std::size_t size, int flags) = 0;
  /// Receives the datagrams that are there, up to messages.size(), without waiting; returns how
  /// many there were.
  virtual int recvmmsg(int fd, std::span<mmsghdr> messages) = 0;
  virtual ssize_t sendmsg(int fd, const msghdr& message, int flags) = 0;
  virtual ssize_t sendfile(int to, int from, std::int64_t offset, std::size_t size) = 0;

  // Readiness and wake-ups.
  /// Raises the limit of open descriptors as far as the system allows; returns the limit.
  virtual std::uint64_t raise_descriptor_limit() = 0;
  virtual int epoll_create1(int flags) = 0;
  virtual int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) = 0;
  virtual int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) = 0;
  virtual int eventfd(unsigned initial, int flags) = 0;

  // Transfer in batches.
  virtual int io_uring_queue_init(unsigned entries, io_uring& ring) = 0;
  /// Submits the prepared operations and waits for `count` completions; returns how many operations
  /// were submitted.
  virtual int io_uring_submit_and_wait(io_uring& ring, unsigned count) = 0;
  virtual void io_uring_queue_exit(io_uring& ring) = 0;
};

/// The real operating system. Callable from every thread, at any time before main returns.
[[nodiscard]] Kernel& system_kernel();

}  // namespace mastic::base
