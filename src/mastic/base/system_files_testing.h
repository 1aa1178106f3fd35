// A kernel for tests that has only the files that it is given.

#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string>
#include <utility>

#include "mastic/base/forwarding_kernel.h"

namespace mastic::base {

/// Opens its own files from memory, by path, and passes every other call on to the system.
class SystemFilesKernel final : public ForwardingKernel {
 public:
  explicit SystemFilesKernel(std::map<std::string, std::string> files)
      : ForwardingKernel(system_kernel()), files_(std::move(files)) {}

  int open(const char* path, int, unsigned) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return -ENOENT;
    const int fd = memfd_create("file", MFD_CLOEXEC);
    const std::string& text = found->second;
    return ::pwrite(fd, text.data(), text.size(), 0) < 0 ? -EIO : fd;
  }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace mastic::base
