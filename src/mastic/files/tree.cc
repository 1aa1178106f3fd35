#include "mastic/files/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace mastic::files {
namespace {

using http::Status;

constexpr std::uint64_t kInside = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

FileStatus read_status(const struct stat& raw) {
  FileStatus status;
  if (S_ISREG(raw.st_mode)) status.kind = FileStatus::Kind::File;
  if (S_ISDIR(raw.st_mode)) status.kind = FileStatus::Kind::Directory;
  status.size = static_cast<std::uint64_t>(raw.st_size);
  status.modified = raw.st_mtim.tv_sec;
  status.modified_ns = raw.st_mtim.tv_nsec;
  status.changed = raw.st_ctim.tv_sec * 1'000'000'000 + raw.st_ctim.tv_nsec;
  status.device = raw.st_dev;
  status.inode = raw.st_ino;
  return status;
}

Status status_for(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
      return Status::Forbidden;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Status::ServiceUnavailable;
    default:  // ENOENT, ENOTDIR, ENAMETOOLONG; ELOOP and EXDEV for what leads out; ENXIO for
              // sockets
      return Status::NotFound;
  }
}

/// Opens and looks at what was opened.
base::Result<OpenedFile, int> open_and_look(base::Kernel& kernel, int directory, const char* path,
                                            int flags) {
  int fd = kernel.openat2(directory, path, flags, kInside);
  if (fd == -EAGAIN)
    fd = kernel.openat2(directory, path, flags, kInside);  // a rename raced with it
  if (fd < 0) return std::unexpected(-fd);
  OpenedFile opened{base::Descriptor(kernel, fd), {}};
  struct stat raw{};
  if (const int result = kernel.fstat(fd, raw); result < 0) return std::unexpected(-result);
  opened.status = read_status(raw);
  return opened;
}

/// A path with a control character or a backslash is refused, so such a name is not there.
bool can_be_asked_for(std::string_view name) {
  return std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || byte == '\\';
  });
}

}  // namespace

base::Result<Tree> Tree::open(base::Kernel& kernel, const std::string& root) {
  const int fd = kernel.open(root.c_str(), O_RDONLY | O_DIRECTORY, 0);
  if (fd == -ENOTDIR) return base::fail("'", root, "' is not a directory");
  if (fd < 0) return base::fail_with_number(-fd, "cannot open the directory '" + root + "'");
  Tree tree{base::Descriptor(kernel, fd)};
  const auto self = open_and_look(kernel, fd, ".", kFlags | O_DIRECTORY);
  if (!self && (self.error() == ENOSYS || self.error() == EPERM)) {
    return base::fail(
        "static files want the system call openat2 (Linux 5.6), which is not to be had here: ",
        base::describe_number(self.error()));
  }
  if (!self)
    return base::fail_with_number(self.error(), "cannot read the directory '" + root + "'");
  return tree;
}

base::Result<OpenedFile, Status> Tree::open_file(const std::string& path) const {
  auto opened = open_and_look(kernel(), root_->fd(), path.c_str(), kFlags);
  if (!opened) return std::unexpected(status_for(opened.error()));
  return *std::move(opened);
}

std::vector<Tree::Entry> Tree::entries(const std::string& path, const base::Descriptor& directory,
                                       std::uint64_t most, bool& complete) const {
  std::vector<Entry> found;
  alignas(dirent64) std::array<char, 32 << 10> buffer;
  complete = true;
  while (true) {
    const ssize_t size = kernel().getdents64(directory.fd(), buffer);
    if (size <= 0) return found;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      const auto* const raw = reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += raw->d_reclen;
      std::string name = raw->d_name;
      if (name == "." || name == ".." || !can_be_asked_for(name)) continue;
      if (found.size() == most) {
        complete = false;
        return found;
      }
      // O_PATH opens nothing: it resolves the name, as far as the tree goes, to be looked at.
      const std::string full = path + "/" + name;
      const auto entry = open_and_look(kernel(), root_->fd(), full.c_str(), O_PATH);
      if (entry && entry->status.kind != FileStatus::Kind::Other) {
        found.push_back({std::move(name), entry->status});
      }
    }
  }
}

}  // namespace mastic::files
