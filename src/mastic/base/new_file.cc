#include "mastic/base/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "mastic/base/random.h"

namespace mastic::base {
namespace {

/// A random name of a fixed length, which no other file has by chance. A name made from the file's
/// own name could be too long.
std::string name_beside(std::string_view path, Kernel& kernel) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t slash = path.rfind('/');
  std::string name(path.substr(0, slash == path.npos ? 0 : slash + 1));
  name += ".mastic-";
  for (std::uint64_t i = 0, number = random_number(kernel); i < 16; ++i, number >>= 4) {
    name += kDigits[number & 15];
  }
  return name + ".part";
}

/// Whether fsync failed because the file system cannot do it, which is no error.
bool is_without_sync(int result) { return result == -EINVAL || result == -EROFS; }

}  // namespace

NewFile::~NewFile() {
  file_.reset();
  if (!written_at_.empty()) kernel_.unlink(written_at_.c_str());
}

int NewFile::check_place() const {
  // The kernel would end the name at a zero byte, and another file would be written.
  if (path_.find('\0') != std::string::npos) return -EINVAL;
  if (path_.empty()) return -ENOENT;
  if (path_.ends_with('/')) return -EISDIR;
  struct stat there{};
  if (const int result = kernel_.fstatat(AT_FDCWD, path_.c_str(), there, AT_SYMLINK_NOFOLLOW);
      result != 0) {
    return result == -ENAMETOOLONG ? result : 0;  // found here rather than by `keep`
  }
  if (S_ISDIR(there.st_mode)) return -EISDIR;
  return S_ISREG(there.st_mode) || S_ISLNK(there.st_mode) ? 0 : -EEXIST;
}

int NewFile::create(unsigned mode) try {
  if (const int result = check_place(); result != 0) return result;
  std::string name = name_beside(path_, kernel_);
  const int fd = kernel_.open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (fd < 0) return fd;
  file_ = Descriptor(kernel_, fd);
  written_at_ = std::move(name);
  return 0;
} catch (const std::system_error& error) {  // no random numbers
  return -error.code().value();
}

int NewFile::link(const Descriptor& unnamed) try {
  if (const int result = check_place(); result != 0) return result;
  std::string name = name_beside(path_, kernel_);
  // `keep` closes its own descriptor, and `unnamed` stays open.
  const int fd = kernel_.fcntl(unnamed.fd(), F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return fd;
  Descriptor file(kernel_, fd);
  if (const int linked = kernel_.linkat(fd, name.c_str()); linked != 0) return linked;
  file_ = std::move(file);
  written_at_ = std::move(name);
  return 0;
} catch (const std::system_error& error) {  // no random numbers
  return -error.code().value();
}

int NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = kernel_.write(file_.fd(), bytes.data(), bytes.size());
    if (written == -EINTR) continue;
    if (written <= 0) return written < 0 ? static_cast<int>(written) : -EIO;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int NewFile::keep() {
  int synced = kernel_.fsync(file_.fd());
  while (synced == -EINTR) synced = kernel_.fsync(file_.fd());
  if (synced != 0 && !is_without_sync(synced)) return synced;
  // Some file systems report only now that there was no room.
  if (const int closed = kernel_.close(file_.release()); closed != 0 && closed != -EINTR) {
    return closed;
  }
  if (const int renamed = kernel_.rename(written_at_.c_str(), path_.c_str()); renamed != 0) {
    return renamed;
  }
  written_at_.clear();
  return 0;
}

}  // namespace mastic::base
