// An owned file descriptor, which is closed when the object is destroyed.

#pragma once

#include <cerrno>
#include <cstdint>
#include <utility>

#include "mastic/base/kernel.h"

namespace mastic::base {

/// Owns one file descriptor, or none.
class Descriptor {
 public:
  Descriptor() = default;
  /// Takes ownership of `fd` and closes it through `kernel`, which must outlive this object.
  Descriptor(Kernel& kernel, int fd) : kernel_(&kernel), fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept
      : kernel_(other.kernel_), fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(kernel_, other.kernel_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }

  /// Whether there is a descriptor.
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  /// The number of the descriptor, which stays owned; negative when there is none.
  [[nodiscard]] int fd() const { return fd_; }
  /// The kernel that closes the descriptor.
  [[nodiscard]] Kernel& kernel() const { return *kernel_; }

  /// Gives the descriptor up: the caller has to close it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  /// Closes the descriptor, if there is one.
  void reset() {
    if (is_open()) kernel_->close(std::exchange(fd_, -1));
  }

 private:
  Kernel* kernel_ = nullptr;
  int fd_ = -1;
};

/// Reads at most `size` bytes of a file, from `offset` on, into `buffer`. Returns how many, which is
/// 0 at the end of the file, or -errno. A signal that interrupts the read is no failure.
[[nodiscard]] inline ssize_t read_at(const Descriptor& file, void* buffer, std::size_t size,
                                     std::uint64_t offset) {
  ssize_t got = -EINTR;
  while (got == -EINTR) {
    got = file.kernel().pread(file.fd(), buffer, size, static_cast<std::int64_t>(offset));
  }
  return got;
}

}  // namespace mastic::base
