// An owned file descriptor, which is closed when the object is destroyed.

#pragma once

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

}  // namespace mastic::base
