// A kernel that passes every call on: the base class of kernels that change a few calls.

#pragma once

#include "mastic/base/kernel.h"

namespace mastic::base {

/// Passes every call on to another kernel. Derive from this class and override the calls that
/// should differ.
class ForwardingKernel : public Kernel {
 public:
  /// Passes calls on to `inner`, which must outlive this object.
  explicit ForwardingKernel(Kernel& inner) : inner_(inner) {}

  Instant monotonic_now() override { return inner_.monotonic_now(); }
  std::int64_t unix_seconds() override { return inner_.unix_seconds(); }
  WallTime wall_now() override { return inner_.wall_now(); }
  ssize_t getrandom(void* buffer, std::size_t size) override {
    return inner_.getrandom(buffer, size);
  }
  int gettid() override { return inner_.gettid(); }
  int lower_to_idle(int thread) override { return inner_.lower_to_idle(thread); }
  Duration thread_time(int thread) override { return inner_.thread_time(thread); }
  int set_turn(int thread, Duration length) override { return inner_.set_turn(thread, length); }
  int tgsigqueue(int thread, int signal, std::uint64_t value) override {
    return inner_.tgsigqueue(thread, signal, value);
  }
  int close(int fd) override { return inner_.close(fd); }
  ssize_t read(int fd, void* buffer, std::size_t size) override {
    return inner_.read(fd, buffer, size);
  }
  ssize_t write(int fd, const void* bytes, std::size_t size) override {
    return inner_.write(fd, bytes, size);
  }
  int fcntl(int fd, int command, int argument) override {
    return inner_.fcntl(fd, command, argument);
  }
  int open(const char* path, int flags, unsigned mode) override {
    return inner_.open(path, flags, mode);
  }
  int openat(int directory, const char* path, int flags) override {
    return inner_.openat(directory, path, flags);
  }
  int openat2(int directory, const char* path, int flags, std::uint64_t resolve) override {
    return inner_.openat2(directory, path, flags, resolve);
  }
  int fstat(int fd, struct stat& status) override { return inner_.fstat(fd, status); }
  int fstatat(int directory, const char* name, struct stat& status, int flags) override {
    return inner_.fstatat(directory, name, status, flags);
  }
  ssize_t readlinkat(int directory, const char* name, std::span<char> buffer) override {
    return inner_.readlinkat(directory, name, buffer);
  }
  int flock(int fd, int operation) override { return inner_.flock(fd, operation); }
  ssize_t pread(int fd, void* buffer, std::size_t size, std::int64_t offset) override {
    return inner_.pread(fd, buffer, size, offset);
  }
  ssize_t getdents64(int fd, std::span<char> buffer) override {
    return inner_.getdents64(fd, buffer);
  }
  int unlink(const char* path) override { return inner_.unlink(path); }
  int rename(const char* from, const char* to) override { return inner_.rename(from, to); }
  int linkat(int fd, const char* to) override { return inner_.linkat(fd, to); }
  int fsync(int fd) override { return inner_.fsync(fd); }
  int chmod(const char* path, unsigned mode) override { return inner_.chmod(path, mode); }
  int lchown(const char* path, unsigned user, unsigned group) override {
    return inner_.lchown(path, user, group);
  }
  int getpwnam(const char* name, unsigned& user) override { return inner_.getpwnam(name, user); }
  int getgrnam(const char* name, unsigned& group) override { return inner_.getgrnam(name, group); }
  int socket(int domain, int type, int protocol) override {
    return inner_.socket(domain, type, protocol);
  }
  int socketpair(int domain, int type, int protocol, int pair[2]) override {
    return inner_.socketpair(domain, type, protocol, pair);
  }
  int bind(int fd, const sockaddr* address, unsigned size) override {
    return inner_.bind(fd, address, size);
  }
  int listen(int fd, int backlog) override { return inner_.listen(fd, backlog); }
  int connect(int fd, const sockaddr* address, unsigned size) override {
    return inner_.connect(fd, address, size);
  }
  int accept4(int fd, sockaddr* address, unsigned* size, int flags) override {
    return inner_.accept4(fd, address, size, flags);
  }
  int getsockname(int fd, sockaddr* address, unsigned* size) override {
    return inner_.getsockname(fd, address, size);
  }
  int getsockopt(int fd, int level, int name, void* value, unsigned* size) override {
    return inner_.getsockopt(fd, level, name, value, size);
  }
  int setsockopt(int fd, int level, int name, const void* value, unsigned size) override {
    return inner_.setsockopt(fd, level, name, value, size);
  }
  int shutdown(int fd, int how) override { return inner_.shutdown(fd, how); }
  int siocoutq(int fd) override { return inner_.siocoutq(fd); }
  ssize_t recv(int fd, void* buffer, std::size_t size, int flags) override {
    return inner_.recv(fd, buffer, size, flags);
  }
  ssize_t send(int fd, const void* bytes, std::size_t size, int flags) override {
    return inner_.send(fd, bytes, size, flags);
  }
  int recvmmsg(int fd, std::span<mmsghdr> messages) override {
    return inner_.recvmmsg(fd, messages);
  }
  ssize_t sendmsg(int fd, const msghdr& message, int flags) override {
    return inner_.sendmsg(fd, message, flags);
  }
  ssize_t sendfile(int to, int from, std::int64_t offset, std::size_t size) override {
    return inner_.sendfile(to, from, offset, size);
  }
  std::uint64_t raise_descriptor_limit() override { return inner_.raise_descriptor_limit(); }
  int epoll_create1(int flags) override { return inner_.epoll_create1(flags); }
  int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) override {
    return inner_.epoll_ctl(epoll, operation, fd, event);
  }
  int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) override {
    return inner_.epoll_wait(epoll, events, timeout_ms);
  }
  int eventfd(unsigned initial, int flags) override { return inner_.eventfd(initial, flags); }
  int io_uring_queue_init(unsigned entries, io_uring& ring) override {
    return inner_.io_uring_queue_init(entries, ring);
  }
  int io_uring_submit_and_wait(io_uring& ring, unsigned count) override {
    return inner_.io_uring_submit_and_wait(ring, count);
  }
  void io_uring_queue_exit(io_uring& ring) override { inner_.io_uring_queue_exit(ring); }

 private:
  Kernel& inner_;
};

}  // namespace mastic::base
