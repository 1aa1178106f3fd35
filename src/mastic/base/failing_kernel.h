// A kernel that fails chosen calls of another one, for tests of what happens then.
//
//     FailingKernel kernel(system_kernel());
//     kernel.fail("openat2", 2, EMFILE);
//     TestedCode code(kernel);
//
// testing/failures.h lets each call fail in turn.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/base/forwarding_kernel.h"

namespace mastic::base {

/// Writes 1 as "1st", 2 as "2nd", 11 as "11th".
[[nodiscard]] std::string to_ordinal(std::uint64_t number);

/// Passes every call to `inner`, unless a fault was set for it. Closing never fails: no caller
/// could do anything about it.
class FailingKernel : public ForwardingKernel {
 public:
  /// Passes calls on to `inner`, which must outlive this object.
  explicit FailingKernel(Kernel& inner) : ForwardingKernel(inner) {}

  /// Makes the `nth` call of the named function from now on (1 is the next) fail with the errno
  /// `number`, and no other.
  void fail(std::string_view call, int nth, int number) {
    faults_[std::string(call)].push_back({nth, number});
  }
  /// How often the named function was called.
  [[nodiscard]] int calls(std::string_view call) const;
  /// How often functions that can fail were called.
  [[nodiscard]] int total_calls() const { return total_; }
  /// Makes the `nth` call of any function that can fail, from now on, fail with the errno `number`.
  void fail_any(int nth, int number) { any_ = {total_ + nth, number}; }
  /// The call that `fail_any` has made fail, such as "the 3rd epoll_ctl"; empty before that.
  [[nodiscard]] const std::string& failed_call() const MASTIC_LIFETIMEBOUND { return failed_call_; }

  ssize_t getrandom(void* buffer, std::size_t size) override;
  int tgsigqueue(int thread, int signal, std::uint64_t value) override;
  ssize_t read(int fd, void* buffer, std::size_t size) override;
  ssize_t write(int fd, const void* bytes, std::size_t size) override;
  int fcntl(int fd, int command, int argument) override;
  int open(const char* path, int flags, unsigned mode) override;
  int openat(int directory, const char* path, int flags) override;
  int openat2(int directory, const char* path, int flags, std::uint64_t resolve) override;
  int fstat(int fd, struct stat& status) override;
  int fstatat(int directory, const char* name, struct stat& status, int flags) override;
  ssize_t readlinkat(int directory, const char* name, std::span<char> buffer) override;
  int flock(int fd, int operation) override;
  ssize_t pread(int fd, void* buffer, std::size_t size, std::int64_t offset) override;
  ssize_t getdents64(int fd, std::span<char> buffer) override;
  int unlink(const char* path) override;
  int rename(const char* from, const char* to) override;
  int linkat(int fd, const char* to) override;
  int fsync(int fd) override;
  int chmod(const char* path, unsigned mode) override;
  int lchown(const char* path, unsigned user, unsigned group) override;
  int getpwnam(const char* name, unsigned& user) override;
  int getgrnam(const char* name, unsigned& group) override;
  int socket(int domain, int type, int protocol) override;
  int socketpair(int domain, int type, int protocol, int pair[2]) override;
  int bind(int fd, const sockaddr* address, unsigned size) override;
  int listen(int fd, int backlog) override;
  int connect(int fd, const sockaddr* address, unsigned size) override;
  int accept4(int fd, sockaddr* address, unsigned* size, int flags) override;
  int getsockname(int fd, sockaddr* address, unsigned* size) override;
  int getsockopt(int fd, int level, int name, void* value, unsigned* size) override;
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

 protected:
  /// Counts the call and returns the errno that it has to fail with, or 0.
  int fault(std::string_view call);

 private:
  struct Fault {
    int countdown;
    int number;
  };

  std::map<std::string, std::vector<Fault>, std::less<>> faults_;
  std::map<std::string, int, std::less<>> calls_;
  std::pair<int, int> any_{0, 0};
  int total_ = 0;
  std::string failed_call_;
};

}  // namespace mastic::base
