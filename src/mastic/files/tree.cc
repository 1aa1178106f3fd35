#include "mastic/files/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace mastic::files {
namespace {

using http::Status;

// O_NONBLOCK: opening a FIFO does not wait for a writer. O_NOCTTY: opening a terminal does not make
// it the controlling terminal.
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

/// Reads the status of an open file. The error is an errno.
base::Result<FileStatus, int> look_at(const base::Descriptor& file) {
  struct stat raw{};
  if (const int result = file.kernel().fstat(file.fd(), raw); result < 0) {
    return std::unexpected(-result);
  }
  return read_status(raw);
}

/// Adds the status to the file that was opened as `fd`; a negative `fd` is the error of opening it.
/// The error is an errno.
base::Result<OpenedFile, int> with_status(base::Kernel& kernel, int fd) {
  if (fd < 0) return std::unexpected(-fd);
  OpenedFile opened{base::Descriptor(kernel, fd), {}};
  const auto status = look_at(opened.descriptor);
  if (!status) return std::unexpected(status.error());
  opened.status = *status;
  return opened;
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
    default:  // ENOENT, ENOTDIR, ENAMETOOLONG; ELOOP, EXDEV: leads out; ENXIO: a socket
      return Status::NotFound;
  }
}

/// Returns the answer for a directory that was opened but cannot be read. ENOENT means that the
/// directory was removed meanwhile, which is answered 404. Other errors are not the fault of the
/// path.
Tree::Fault reading_fault(int number) {
  const Status status = status_for(number);
  const bool is_gone = number == ENOENT;
  return {status == Status::NotFound && !is_gone ? Status::InternalServerError : status, number};
}

/// Whether a request can name this file: paths with a control character or a backslash are refused.
bool can_be_asked_for(std::string_view name) {
  return std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || byte == '\\';
  });
}

/// Returns why `root` could not be opened. The message suggests another directory if that would
/// help.
base::Error opening_error(int number, const std::string& root) {
  const bool is_none = number == ENOTDIR;
  std::string message =
      is_none ? "'" + root + "' is not a directory"
              : "cannot open the directory '" + root + "': " + base::describe_number(number);
  const bool is_choice = is_none || number == ENOENT || number == EACCES;
  if (is_choice) message += "; give a directory that this user may read";
  return {std::move(message), number};
}

/// Reads the names in an open directory, one after the other.
class Names {
 public:
  explicit Names(const base::Descriptor& directory) : directory_(directory) {}

  /// Returns the next name, or an empty name after the last one. The error is an errno. The name is
  /// valid until the next call.
  base::Result<std::string_view, int> next() {
    if (at_ == size_) {
      const ssize_t size = directory_.kernel().getdents64(directory_.fd(), buffer_);
      if (size < 0) return std::unexpected(static_cast<int>(-size));
      at_ = 0;
      size_ = static_cast<std::size_t>(size);
      if (size_ == 0) return std::string_view();
    }
    const auto* const raw = reinterpret_cast<const dirent64*>(buffer_.data() + at_);
    at_ += raw->d_reclen;
    return std::string_view(raw->d_name);
  }

 private:
  const base::Descriptor& directory_;
  alignas(dirent64) std::array<char, 32 << 10> buffer_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

}  // namespace

base::Result<Tree> Tree::open(base::Kernel& kernel, const std::string& root, int start) {
  const int fd = kernel.openat(start, root.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return std::unexpected(opening_error(-fd, root));
  base::Descriptor directory(kernel, fd);
  const auto status = look_at(directory);
  if (!status) {
    return base::fail_with_number(status.error(),
                                  "cannot read the status of the directory '" + root + "'");
  }
  return Tree(std::move(directory), *status, choose_open_beneath(kernel, fd));
}

base::Result<OpenedFile, Status> open_anywhere(base::Kernel& kernel, const std::string& path) {
  auto opened = with_status(kernel, kernel.open(path.c_str(), kFlags, 0));
  if (!opened) return std::unexpected(status_for(opened.error()));
  return *std::move(opened);
}

base::Result<OpenedFile, int> Tree::open_and_look(const std::string& path, int flags) const {
  return with_status(kernel(), open_beneath_(kernel(), root_.fd(), path.c_str(), flags));
}

base::Result<OpenedFile, Status> Tree::open_file(const std::string& path) const {
  auto opened = open_and_look(path, kFlags);
  if (!opened) return std::unexpected(status_for(opened.error()));
  return *std::move(opened);
}

base::Result<Tree::Entries, Tree::Fault> Tree::entries(const std::string& path, std::uint64_t most,
                                                       bool (*shows)(std::string_view)) const {
  const auto opened = open_and_look(path, kFlags | O_DIRECTORY);
  if (!opened) return std::unexpected(Fault{status_for(opened.error()), opened.error()});
  Entries found;
  Names names(opened->descriptor);
  while (true) {
    const auto name = names.next();
    if (!name) return std::unexpected(reading_fault(name.error()));
    if (name->empty()) return found;
    if (*name == "." || *name == ".." || !can_be_asked_for(*name) || !shows(*name)) continue;
    // O_PATH resolves the name within the tree without opening the file, which is enough for its
    // status.
    const auto entry = open_and_look(path + "/" + std::string(*name), O_PATH);
    // An entry that is gone or leads out is skipped. A shortage is an error, because otherwise the
    // listing would silently lack names.
    if (!entry && status_for(entry.error()) == Status::ServiceUnavailable) {
      return std::unexpected(Fault{Status::ServiceUnavailable, entry.error()});
    }
    if (!entry || entry->status.kind == FileStatus::Kind::Other) continue;
    if (found.list.size() == most) {
      found.complete = false;
      return found;
    }
    found.list.push_back({std::string(*name), entry->status});
  }
}

}  // namespace mastic::files
