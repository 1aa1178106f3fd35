#include "mastic/base/failing_kernel.h"

#include <liburing.h>

namespace mastic::base {

std::string to_ordinal(std::uint64_t number) {
  const std::uint64_t last = number % 10;
  const bool is_teen = number / 10 % 10 == 1;
  return std::to_string(number) + (is_teen     ? "th"
                                   : last == 1 ? "st"
                                   : last == 2 ? "nd"
                                   : last == 3 ? "rd"
                                               : "th");
}

int FailingKernel::calls(std::string_view call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() ? 0 : found->second;
}

/// Every count goes down, also after one fault was found: faults of the same call are set for calls
/// that are counted from the same moment.
int FailingKernel::fault(std::string_view call) {
  ++total_;
  ++calls_[std::string(call)];
  if (any_.first == total_) {
    // Named now, because the kernel may be destroyed before the failure is reported.
    failed_call_ = "the " + to_ordinal(static_cast<std::uint64_t>(calls(call))) + " ";
    failed_call_ += call;
    return any_.second;
  }
  const auto found = faults_.find(call);
  if (found == faults_.end()) return 0;
  int number = 0;
  for (Fault& fault : found->second) {
    if (fault.countdown <= 0) continue;  // it has failed already
    --fault.countdown;
    if (fault.countdown == 0) number = fault.number;
  }
  return number;
}

ssize_t FailingKernel::getrandom(void* buffer, std::size_t size) {
  if (const int number = fault("getrandom")) return -number;
  return ForwardingKernel::getrandom(buffer, size);
}
int FailingKernel::tgsigqueue(int thread, int signal, std::uint64_t value) {
  if (const int number = fault("tgsigqueue")) return -number;
  return ForwardingKernel::tgsigqueue(thread, signal, value);
}
ssize_t FailingKernel::read(int fd, void* buffer, std::size_t size) {
  if (const int number = fault("read")) return -number;
  return ForwardingKernel::read(fd, buffer, size);
}
ssize_t FailingKernel::write(int fd, const void* bytes, std::size_t size) {
  if (const int number = fault("write")) return -number;
  return ForwardingKernel::write(fd, bytes, size);
}
int FailingKernel::fcntl(int fd, int command, int argument) {
  if (const int number = fault("fcntl")) return -number;
  return ForwardingKernel::fcntl(fd, command, argument);
}
int FailingKernel::open(const char* path, int flags, unsigned mode) {
  if (const int number = fault("open")) return -number;
  return ForwardingKernel::open(path, flags, mode);
}
int FailingKernel::openat(int directory, const char* path, int flags) {
  if (const int number = fault("openat")) return -number;
  return ForwardingKernel::openat(directory, path, flags);
}
int FailingKernel::openat2(int directory, const char* path, int flags, std::uint64_t resolve) {
  if (const int number = fault("openat2")) return -number;
  return ForwardingKernel::openat2(directory, path, flags, resolve);
}
int FailingKernel::fstat(int fd, struct stat& status) {
  if (const int number = fault("fstat")) return -number;
  return ForwardingKernel::fstat(fd, status);
}
int FailingKernel::fstatat(int directory, const char* name, struct stat& status, int flags) {
  if (const int number = fault("fstatat")) return -number;
  return ForwardingKernel::fstatat(directory, name, status, flags);
}
ssize_t FailingKernel::readlinkat(int directory, const char* name, std::span<char> buffer) {
  if (const int number = fault("readlinkat")) return -number;
  return ForwardingKernel::readlinkat(directory, name, buffer);
}
int FailingKernel::flock(int fd, int operation) {
  if (const int number = fault("flock")) return -number;
  return ForwardingKernel::flock(fd, operation);
}
ssize_t FailingKernel::pread(int fd, void* buffer, std::size_t size, std::int64_t offset) {
  if (const int number = fault("pread")) return -number;
  return ForwardingKernel::pread(fd, buffer, size, offset);
}
ssize_t FailingKernel::getdents64(int fd, std::span<char> buffer) {
  if (const int number = fault("getdents64")) return -number;
  return ForwardingKernel::getdents64(fd, buffer);
}
int FailingKernel::rename(const char* from, const char* to) {
  if (const int number = fault("rename")) return -number;
  return ForwardingKernel::rename(from, to);
}
int FailingKernel::linkat(int fd, const char* to) {
  if (const int number = fault("linkat")) return -number;
  return ForwardingKernel::linkat(fd, to);
}
int FailingKernel::fsync(int fd) {
  if (const int number = fault("fsync")) return -number;
  return ForwardingKernel::fsync(fd);
}
int FailingKernel::chmod(const char* path, unsigned mode) {
  if (const int number = fault("chmod")) return -number;
  return ForwardingKernel::chmod(path, mode);
}
int FailingKernel::lchown(const char* path, unsigned user, unsigned group) {
  if (const int number = fault("lchown")) return -number;
  return ForwardingKernel::lchown(path, user, group);
}
int FailingKernel::getpwnam(const char* name, unsigned& user) {
  if (const int number = fault("getpwnam")) return -number;
  return ForwardingKernel::getpwnam(name, user);
}
int FailingKernel::getgrnam(const char* name, unsigned& group) {
  if (const int number = fault("getgrnam")) return -number;
  return ForwardingKernel::getgrnam(name, group);
}
int FailingKernel::unlink(const char* path) {
  if (const int number = fault("unlink")) return -number;
  return ForwardingKernel::unlink(path);
}
int FailingKernel::socket(int domain, int type, int protocol) {
  if (const int number = fault("socket")) return -number;
  return ForwardingKernel::socket(domain, type, protocol);
}
int FailingKernel::socketpair(int domain, int type, int protocol, int pair[2]) {
  if (const int number = fault("socketpair")) return -number;
  return ForwardingKernel::socketpair(domain, type, protocol, pair);
}
int FailingKernel::bind(int fd, const sockaddr* address, unsigned size) {
  if (const int number = fault("bind")) return -number;
  return ForwardingKernel::bind(fd, address, size);
}
int FailingKernel::listen(int fd, int backlog) {
  if (const int number = fault("listen")) return -number;
  return ForwardingKernel::listen(fd, backlog);
}
int FailingKernel::connect(int fd, const sockaddr* address, unsigned size) {
  if (const int number = fault("connect")) return -number;
  return ForwardingKernel::connect(fd, address, size);
}
int FailingKernel::accept4(int fd, sockaddr* address, unsigned* size, int flags) {
  if (const int number = fault("accept4")) return -number;
  return ForwardingKernel::accept4(fd, address, size, flags);
}
int FailingKernel::getsockname(int fd, sockaddr* address, unsigned* size) {
  if (const int number = fault("getsockname")) return -number;
  return ForwardingKernel::getsockname(fd, address, size);
}
int FailingKernel::getsockopt(int fd, int level, int name, void* value, unsigned* size) {
  if (const int number = fault("getsockopt")) return -number;
  return ForwardingKernel::getsockopt(fd, level, name, value, size);
}
int FailingKernel::setsockopt(int fd, int level, int name, const void* value, unsigned size) {
  if (const int number = fault("setsockopt")) return -number;
  return ForwardingKernel::setsockopt(fd, level, name, value, size);
}
int FailingKernel::shutdown(int fd, int how) {
  if (const int number = fault("shutdown")) return -number;
  return ForwardingKernel::shutdown(fd, how);
}
int FailingKernel::siocoutq(int fd) {
  if (const int number = fault("siocoutq")) return -number;
  return ForwardingKernel::siocoutq(fd);
}
ssize_t FailingKernel::recv(int fd, void* buffer, std::size_t size, int flags) {
  if (const int number = fault("recv")) return -number;
  return ForwardingKernel::recv(fd, buffer, size, flags);
}
ssize_t FailingKernel::send(int fd, const void* bytes, std::size_t size, int flags) {
  if (const int number = fault("send")) return -number;
  return ForwardingKernel::send(fd, bytes, size, flags);
}
int FailingKernel::recvmmsg(int fd, std::span<mmsghdr> messages) {
  if (const int number = fault("recvmmsg")) return -number;
  return ForwardingKernel::recvmmsg(fd, messages);
}
ssize_t FailingKernel::sendmsg(int fd, const msghdr& message, int flags) {
  if (const int number = fault("sendmsg")) return -number;
  return ForwardingKernel::sendmsg(fd, message, flags);
}
ssize_t FailingKernel::sendfile(int to, int from, std::int64_t offset, std::size_t size) {
  if (const int number = fault("sendfile")) return -number;
  return ForwardingKernel::sendfile(to, from, offset, size);
}
int FailingKernel::epoll_create1(int flags) {
  if (const int number = fault("epoll_create1")) return -number;
  return ForwardingKernel::epoll_create1(flags);
}
int FailingKernel::epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  if (const int number = fault("epoll_ctl")) return -number;
  return ForwardingKernel::epoll_ctl(epoll, operation, fd, event);
}
int FailingKernel::epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) {
  if (const int number = fault("epoll_wait")) return -number;
  return ForwardingKernel::epoll_wait(epoll, events, timeout_ms);
}
int FailingKernel::eventfd(unsigned initial, int flags) {
  if (const int number = fault("eventfd")) return -number;
  return ForwardingKernel::eventfd(initial, flags);
}
int FailingKernel::io_uring_queue_init(unsigned entries, io_uring& ring) {
  if (const int number = fault("io_uring_queue_init")) return -number;
  return ForwardingKernel::io_uring_queue_init(entries, ring);
}
int FailingKernel::io_uring_submit_and_wait(io_uring& ring, unsigned count) {
  if (const int number = fault("io_uring_submit_and_wait")) return -number;
  return ForwardingKernel::io_uring_submit_and_wait(ring, count);
}

}  // namespace mastic::base
