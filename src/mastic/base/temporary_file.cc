#include "mastic/base/temporary_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "mastic/base/new_file.h"
#include "mastic/base/random.h"

namespace mastic::base {
namespace {

/// Creates a file with a name, and removes the name. The file is only for this process's user,
/// because for a moment others see the name.
int create_and_unlink(Kernel& kernel, const std::string& directory) try {
  const std::string path = directory + "/.mastic-" + std::to_string(random_number(kernel)) + ".tmp";
  const int fd = kernel.open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (fd >= 0) kernel.unlink(path.c_str());
  return fd;
} catch (const std::system_error& error) {  // no random numbers
  return -error.code().value();
}

int copy_file(const Descriptor& from, std::uint64_t size, std::string path) {
  constexpr std::uint64_t kCopyBytes = 256 << 10;
  NewFile to(std::move(path), from.kernel());
  if (const int created = to.create(0666); created != 0) return created;
  std::string block(std::min(size, kCopyBytes), '\0');
  for (std::uint64_t at = 0; at < size;) {
    const ssize_t got = read_at(from, block.data(), block.size(), at);
    if (got <= 0) return got < 0 ? static_cast<int>(got) : -EIO;
    const auto part = std::min(static_cast<std::uint64_t>(got), size - at);
    if (const int written = to.write({block.data(), part}); written != 0) return written;
    at += part;
  }
  return to.keep();
}

}  // namespace

int TemporaryFile::create(const std::string& directory) {
  // Linked to a path later, the file has the permissions that any new file has there.
  int fd = kernel_->open(directory.c_str(), O_RDWR | O_TMPFILE, 0666);
  // EISDIR comes from kernels that do not know the flag.
  if (fd == -EOPNOTSUPP || fd == -EISDIR) fd = create_and_unlink(*kernel_, directory);
  if (fd < 0) return fd;
  Descriptor file(*kernel_, fd);  // closes it if there is no memory
  file_ = std::make_shared<const Descriptor>(std::move(file));
  return 0;
}

int TemporaryFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = kernel_->write(file_->fd(), bytes.data(), bytes.size());
    if (written == -EINTR) continue;
    if (written <= 0) return written < 0 ? static_cast<int>(written) : -EIO;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int keep_file(const Descriptor& temporary, std::uint64_t size, std::string path) {
  NewFile file(path, temporary.kernel());
  const int linked = file.link(temporary);
  // Another file system, or a file that had a name once: its content can be copied.
  if (linked == -EXDEV || linked == -ENOENT) return copy_file(temporary, size, std::move(path));
  return linked != 0 ? linked : file.keep();
}

}  // namespace mastic::base
