// The real kernel: each function is one system call, and a comment says what else it does.
//
// Three things hold for all of them. A failure is returned as -errno, at once, before another call
// can change `errno`. A new descriptor is closed on exec and never one of the standard streams. No
// call is repeated after EINTR: the callers are loops that come round again, or deal with EINTR
// themselves.

#include "mastic/base/kernel.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <liburing.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

/// Turns the C library's -1 with an errno into -errno.
template <class Number>
Number checked(Number result) {
  return result == -1 ? static_cast<Number>(-errno) : result;
}

/// Looks a name up in the user database. The C library wants a buffer for all text of the entry,
/// and reports ERANGE when the buffer is too small. The entry of a group lists its members, and
/// there may be thousands.
template <class Call>
int look_up(Call call) {
  constexpr std::size_t kMost = 1 << 20;
  std::vector<char> room(16 << 10);
  int number = call(room);
  for (; number == ERANGE && room.size() < kMost; number = call(room)) room.resize(room.size() * 4);
  return number;
}

/// Moves a new descriptor away from 0, 1 and 2. The parent may have closed these, and what the
/// program prints would then go into a socket or a file that happened to get the number. Takes over
/// `fd`, so on failure there is nothing to close.
int kept_apart(int fd) {
  if (fd < 0) return -errno;
  if (fd > STDERR_FILENO) [[likely]]
    return fd;
  const int other = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int result = other < 0 ? -errno : other;
  ::close(fd);
  return result;
}

class SystemKernel final : public Kernel {
 public:
  Instant monotonic_now() override { return std::chrono::steady_clock::now(); }
  std::int64_t unix_seconds() override {
    // Coarse is exact enough for whole seconds, and spares reading the hardware clock.
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec;
  }
  WallTime wall_now() override { return std::chrono::system_clock::now(); }

  ssize_t getrandom(void* buffer, std::size_t size) override {
    return checked(::getrandom(buffer, size, 0));
  }

  int gettid() override { return static_cast<int>(::syscall(SYS_gettid)); }
  int lower_to_idle(int thread) override {
    const sched_param none{};
    return checked(::sched_setscheduler(thread, SCHED_IDLE, &none));
  }
  Duration thread_time(int thread) override {
    // The clock's number is built here because pthread_getcpuclockid wants a pthread_t, and using
    // the pthread_t of a thread that has ended is undefined, while a stale thread number merely
    // fails. The layout is the kernel's: the inverted thread number above three bits. Bit 2 says
    // that the number is a thread's, and the value 2 in the lower two bits is the scheduler's
    // clock.
    const auto clock = static_cast<clockid_t>(~static_cast<unsigned>(thread) << 3 | 6u);
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) return Duration::zero();
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  int set_turn(int thread, Duration length) override {
    struct Attributes {  // as in sched_setattr(2); glibc before 2.41 does not declare it
      std::uint32_t size = sizeof(Attributes);
      std::uint32_t policy = SCHED_OTHER;
      std::uint64_t flags = 0;
      std::int32_t nice = 0;
      std::uint32_t priority = 0;
      std::uint64_t runtime = 0;
      std::uint64_t deadline = 0;
      std::uint64_t period = 0;
    } attributes;
    const long got = ::syscall(SYS_sched_getattr, thread, &attributes, sizeof attributes, 0);
    if (got < 0) return -errno;
    // A real-time or batch policy was chosen by the operator, and stays.
    if (attributes.policy != SCHED_OTHER) return 0;
    // For ordinary threads Linux 6.12 takes the runtime as the length of a turn (the EEVDF slice).
    attributes.runtime = static_cast<std::uint64_t>(std::chrono::nanoseconds(length).count());
    return static_cast<int>(checked(::syscall(SYS_sched_setattr, thread, &attributes, 0)));
  }
  int tgsigqueue(int thread, int signal, std::uint64_t value) override {
    // Not pthread_sigqueue: it wants a pthread_t, and the thread may have ended. This call passes
    // the siginfo on as it is, so the siginfo is filled in here, as the C library would do.
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = SI_QUEUE;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    std::memcpy(&info.si_value, &value, sizeof value);
    return static_cast<int>(
        checked(::syscall(SYS_rt_tgsigqueueinfo, info.si_pid, thread, signal, &info)));
  }

  int close(int fd) override { return checked(::close(fd)); }
  ssize_t read(int fd, void* buffer, std::size_t size) override {
    return checked(::read(fd, buffer, size));
  }
  ssize_t write(int fd, const void* bytes, std::size_t size) override {
    return checked(::write(fd, bytes, size));
  }
  int fcntl(int fd, int command, int argument) override {
    return checked(::fcntl(fd, command, argument));
  }

  int open(const char* path, int flags, unsigned mode) override {
    return kept_apart(::open(path, flags | O_CLOEXEC, mode));
  }
  int openat(int directory, const char* path, int flags) override {
    return kept_apart(::openat(directory, path, flags | O_CLOEXEC));
  }
  int openat2(int directory, const char* path, int flags, std::uint64_t resolve) override {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = resolve;
    return kept_apart(static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how)));
  }
  int fstat(int fd, struct stat& status) override { return checked(::fstat(fd, &status)); }
  int fstatat(int directory, const char* name, struct stat& status, int flags) override {
    return checked(::fstatat(directory, name, &status, flags));
  }
  ssize_t readlinkat(int directory, const char* name, std::span<char> buffer) override {
    return checked(::readlinkat(directory, name, buffer.data(), buffer.size()));
  }
  int flock(int fd, int operation) override { return checked(::flock(fd, operation)); }
  ssize_t pread(int fd, void* buffer, std::size_t size, std::int64_t offset) override {
    return checked(::pread(fd, buffer, size, offset));
  }
  ssize_t getdents64(int fd, std::span<char> buffer) override {
    return checked(::getdents64(fd, buffer.data(), buffer.size()));
  }
  int unlink(const char* path) override { return checked(::unlink(path)); }
  int rename(const char* from, const char* to) override { return checked(::rename(from, to)); }
  int linkat(int fd, const char* to) override {
    // The link in /proc leads to the open file itself; naming the descriptor needs a privilege.
    char link[32] = "/proc/self/fd/";
    *put_decimal(link + std::strlen(link), static_cast<std::uint64_t>(fd)) = '\0';
    return checked(::linkat(AT_FDCWD, link, AT_FDCWD, to, AT_SYMLINK_FOLLOW));
  }
  int fsync(int fd) override { return checked(::fsync(fd)); }
  int chmod(const char* path, unsigned mode) override { return checked(::chmod(path, mode)); }
  int lchown(const char* path, unsigned user, unsigned group) override {
    return checked(::lchown(path, user, group));
  }

  int getpwnam(const char* name, unsigned& user) override {
    passwd entry{};
    passwd* found = nullptr;
    const int number = look_up([&](std::span<char> room) {
      return ::getpwnam_r(name, &entry, room.data(), room.size(), &found);
    });
    if (found != nullptr) user = found->pw_uid;
    return number != 0 ? -number : found != nullptr ? 0 : -ENOENT;
  }
  int getgrnam(const char* name, unsigned& group_number) override {
    group entry{};
    group* found = nullptr;
    const int number = look_up([&](std::span<char> room) {
      return ::getgrnam_r(name, &entry, room.data(), room.size(), &found);
    });
    if (found != nullptr) group_number = found->gr_gid;
    return number != 0 ? -number : found != nullptr ? 0 : -ENOENT;
  }

  int socket(int domain, int type, int protocol) override {
    return kept_apart(::socket(domain, type, protocol));
  }
  int socketpair(int domain, int type, int protocol, int pair[2]) override {
    if (::socketpair(domain, type, protocol, pair) != 0) return -errno;
    for (int* const end : {&pair[0], &pair[1]}) {
      *end = kept_apart(*end);
      if (*end >= 0) continue;
      const int result = *end;  // this end is closed already; the other one is not
      ::close(pair[end == pair ? 1 : 0]);
      return result;
    }
    return 0;
  }
  int bind(int fd, const sockaddr* address, unsigned size) override {
    return checked(::bind(fd, address, size));
  }
  int listen(int fd, int backlog) override { return checked(::listen(fd, backlog)); }
  int connect(int fd, const sockaddr* address, unsigned size) override {
    return checked(::connect(fd, address, size));
  }
  int accept4(int fd, sockaddr* address, unsigned* size, int flags) override {
    return kept_apart(::accept4(fd, address, size, flags));
  }
  int getsockname(int fd, sockaddr* address, unsigned* size) override {
    return checked(::getsockname(fd, address, size));
  }
  int getsockopt(int fd, int level, int name, void* value, unsigned* size) override {
    return checked(::getsockopt(fd, level, name, value, size));
  }
  int setsockopt(int fd, int level, int name, const void* value, unsigned size) override {
    return checked(::setsockopt(fd, level, name, value, size));
  }
  int shutdown(int fd, int how) override { return checked(::shutdown(fd, how)); }
  int siocoutq(int fd) override {
    int bytes = 0;
    const int result = checked(::ioctl(fd, SIOCOUTQ, &bytes));
    return result < 0 ? result : bytes;
  }
  // Not ::recv and ::send: these are cancellation points, and in a process with threads the C
  // library prepares for pthread_cancel around them, which takes more instructions than the rest of
  // the call. Mastic cancels no thread.
  ssize_t recv(int fd, void* buffer, std::size_t size, int flags) override {
    return checked(::syscall(SYS_recvfrom, fd, buffer, size, flags, nullptr, nullptr));
  }
  ssize_t send(int fd, const void* bytes, std::size_t size, int flags) override {
    return checked(::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0));
  }
  int recvmmsg(int fd, std::span<mmsghdr> messages) override {
    const auto count = static_cast<unsigned>(messages.size());
    return checked(::recvmmsg(fd, messages.data(), count, MSG_DONTWAIT, nullptr));
  }
  ssize_t sendmsg(int fd, const msghdr& message, int flags) override {
    return checked(::sendmsg(fd, &message, flags));
  }
  ssize_t sendfile(int to, int from, std::int64_t offset, std::size_t size) override {
    // At an explicit offset, so that the position of the file, which requests share, does not move.
    off_t at = offset;
    return checked(::sendfile(to, from, &at, size));
  }

  std::uint64_t raise_descriptor_limit() override {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
  }
  int epoll_create1(int flags) override { return kept_apart(::epoll_create1(flags)); }
  int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) override {
    return checked(::epoll_ctl(epoll, operation, fd, event));
  }
  int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) override {
    return checked(::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), timeout_ms));
  }
  int eventfd(unsigned initial, int flags) override {
    return kept_apart(::eventfd(initial, flags));
  }

  int io_uring_queue_init(unsigned entries, io_uring& ring) override {
    const int result = ::io_uring_queue_init(entries, &ring, 0);
    if (result < 0 || ring.ring_fd > STDERR_FILENO) return result;
    // liburing keeps the number of the descriptor twice: to close the ring, and to submit to it.
    ring.ring_fd = ring.enter_ring_fd = kept_apart(ring.ring_fd);
    if (ring.ring_fd >= 0) return result;
    const int refused = ring.ring_fd;  // closed already; what is left to release is mapped memory
    ::io_uring_queue_exit(&ring);
    return refused;
  }
  int io_uring_submit_and_wait(io_uring& ring, unsigned count) override {
    return ::io_uring_submit_and_wait(&ring, count);
  }
  void io_uring_queue_exit(io_uring& ring) override { ::io_uring_queue_exit(&ring); }
};

}  // namespace

Kernel& system_kernel() {
  static SystemKernel kernel;
  return kernel;
}

}  // namespace mastic::base
