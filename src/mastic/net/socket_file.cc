#include "mastic/net/socket_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "mastic/base/text.h"

namespace mastic::net {
namespace {

constexpr unsigned kAsItIs = static_cast<unsigned>(-1);  // lchown: do not change

using LookUp = int (base::Kernel::*)(const char* name, unsigned& number);

/// The id of the user or group `name`; `name` may also be the id itself. Names are looked up first,
/// because a name may consist of digits.
base::Result<unsigned> find_number(base::Kernel& kernel, LookUp look_up, std::string_view kind,
                                   std::string_view name) {
  unsigned number = 0;
  const int found = (kernel.*look_up)(std::string(name).c_str(), number);
  if (found == 0) return number;
  const auto digits = base::parse_decimal(name);
  if (digits && *digits < kAsItIs) return static_cast<unsigned>(*digits);
  if (found != -ENOENT) {
    return base::fail_with_number(
        -found, "cannot look up the " + std::string(kind) + " '" + std::string(name) + "'");
  }
  return base::fail("there is no ", kind, " '", name, "'; write USER:GROUP, USER or :GROUP");
}

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

}  // namespace

// ---- SocketAccess ----

base::Result<SocketAccess> SocketAccess::parse(base::Kernel& kernel, std::string_view mode,
                                               std::string_view owner) {
  const auto bits = parse_mode(mode);
  if (!bits) return std::unexpected(bits.error());
  SocketAccess access{.mode = *bits};
  const std::size_t colon = owner.find(':');
  if (const std::string_view user = owner.substr(0, colon); !user.empty()) {
    const auto number = find_number(kernel, &base::Kernel::getpwnam, "user", user);
    if (!number) return std::unexpected(number.error());
    access.user = *number;
  }
  if (colon != owner.npos) {
    const auto number =
        find_number(kernel, &base::Kernel::getgrnam, "group", owner.substr(colon + 1));
    if (!number) return std::unexpected(number.error());
    access.group = *number;
  }
  return access;
}

base::Result<unsigned> parse_mode(std::string_view text) {
  constexpr unsigned kMost = 0777;
  const bool is_octal = text.find_first_not_of("01234567") == text.npos;
  unsigned mode = 0;
  for (std::size_t i = 0; i < text.size() && is_octal && mode <= kMost; ++i) {
    mode = mode * 8 + static_cast<unsigned>(text[i] - '0');
  }
  if (text.empty() || !is_octal || mode > kMost) {
    return base::fail("'", text,
                      "' is not a socket mode; write octal digits up to 777, such as 660");
  }
  return mode;
}

// ---- SocketFileLock ----

std::string SocketFileLock::path_for(std::string_view socket_path) {
  const std::size_t name = socket_path.rfind('/') + 1;  // 0 when there is no slash
  std::string path(socket_path.substr(0, name));
  return path.append(".").append(socket_path.substr(name)).append(".mastic-lock");
}

/// The previous holder removes the lock file when it is done. So the file that was locked here may
/// no longer be at the path, where other processes would find and lock another file. Then the loop
/// starts again with the file that is at the path now.
int SocketFileLock::take(base::Kernel& kernel, std::string_view socket_path) {
  // In a directory that others may write to, the path may be a link, a FIFO or a terminal of
  // theirs.
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  const std::string path = path_for(socket_path);
  for (;;) {
    const int fd = kernel.open(path.c_str(), kFlags, 0600);
    if (fd < 0) return fd;
    base::Descriptor file(kernel, fd);
    int locked = kernel.flock(fd, LOCK_EX);
    while (locked == -EINTR) locked = kernel.flock(fd, LOCK_EX);
    if (locked < 0) return locked;
    struct stat ours{};
    struct stat there{};
    if (const int result = kernel.fstat(fd, ours); result < 0) return result;
    const int looked = kernel.fstatat(AT_FDCWD, path.c_str(), there, AT_SYMLINK_NOFOLLOW);
    if (looked < 0 && looked != -ENOENT) return looked;
    if (looked < 0 || !is_same_file(ours, there)) continue;
    descriptor_ = std::move(file);
    path_ = path;
    return 0;
  }
}

SocketFileLock::~SocketFileLock() {
  if (descriptor_.is_open()) descriptor_.kernel().unlink(path_.c_str());
}

// ---- SocketFile ----

SocketFile::SocketFile(base::Kernel& kernel, std::string path)
    : kernel_(&kernel), path_(std::move(path)), identity_(look()) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(kernel_, other.kernel_);
  std::swap(path_, other.path_);
  std::swap(identity_, other.identity_);
  return *this;
}

std::optional<SocketFile::Identity> SocketFile::look() const {
  struct stat status{};
  const int looked = kernel_->fstatat(AT_FDCWD, path_.c_str(), status, AT_SYMLINK_NOFOLLOW);
  if (looked < 0) return std::nullopt;
  return Identity(status.st_dev, status.st_ino);
}

int SocketFile::give_to(const SocketAccess& access) {
  if (access.user || access.group) {  // before chmod, because lchown may clear bits of the mode
    const int given = kernel_->lchown(path_.c_str(), access.user.value_or(kAsItIs),
                                      access.group.value_or(kAsItIs));
    if (given < 0) return given;
  }
  return kernel_->chmod(path_.c_str(), access.mode);
}

void SocketFile::remove() {
  if (kernel_ != nullptr && identity_ && look() == identity_) kernel_->unlink(path_.c_str());
  kernel_ = nullptr;
}

}  // namespace mastic::net
