#include "mastic/threads/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace mastic::threads {
namespace {

/// Opens a FIFO for both directions: with a reader of our own, open() does not wait for another
/// one, and writing never fails with EPIPE. Linux allows both directions (fifo(7)). EACCES means
/// that we may write but not read.
int open_for_appending(base::Kernel& kernel, const std::string& path) {
  struct stat status{};
  if (kernel.fstatat(AT_FDCWD, path.c_str(), status, 0) == 0 && S_ISFIFO(status.st_mode)) {
    const int fd = kernel.open(path.c_str(), O_RDWR, 0);
    if (fd != -EACCES) return fd;
  }
  return kernel.open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0644);
}

}  // namespace

base::Result<LogFile> LogFile::open(base::Kernel& kernel, std::string path) {
  const int fd = open_for_appending(kernel, path);
  if (fd < 0) return base::fail_with_number(-fd, "cannot open the log '" + path + "'");
  LogFile file(kernel, fd);
  file.owned_ = base::Descriptor(kernel, fd);
  file.path_ = std::move(path);
  return file;
}

base::Result<void> LogFile::append(std::string_view& text) {
  // A write may have stopped in the middle of a line when the disk was full; do not continue that
  // line.
  if (is_torn_) is_torn_ = kernel_->write(fd_, "\n", 1) != 1;
  while (!text.empty()) {
    const ssize_t written = kernel_->write(fd_, text.data(), text.size());
    if (written <= 0) {
      return base::fail_with_number(static_cast<int>(-written), "cannot write the log");
    }
    is_torn_ = text[static_cast<std::size_t>(written) - 1] != '\n';
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

base::Result<void> LogFile::follow() {
  if (path_.empty() || is_named_by_path()) return {};
  auto opened = open(*kernel_, path_);
  if (!opened) return std::unexpected(opened.error());
  *this = *std::move(opened);
  return {};
}

bool LogFile::is_named_by_path() const {
  struct stat named{};
  struct stat held{};
  return kernel_->fstatat(AT_FDCWD, path_.c_str(), named, 0) == 0 &&
         kernel_->fstat(fd_, held) == 0 && named.st_dev == held.st_dev &&
         named.st_ino == held.st_ino;
}

}  // namespace mastic::threads
