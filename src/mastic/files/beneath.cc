#include "mastic/files/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/descriptor.h"

namespace mastic::files {
namespace {

constexpr int kMaxLinks = 40;  // per path, as in the kernel

/// Resolves one path.
///
/// 1. `inside_` holds the directories from the root to the current one. Each was opened by name in
///    the directory before it, without following a link. So all of them were below the root.
/// 2. `rest_` is the part of the path that is not resolved yet, relative to the last directory in
///    `inside_`.
class Walk {
 public:
  Walk(base::Kernel& kernel, int root, const char* path)
      : kernel_(kernel), root_(root), rest_(path) {}

  int open(int flags) {
    if (rest_.empty()) return -ENOENT;
    if (rest_.size() >= PATH_MAX) return -ENAMETOOLONG;
    while (!rest_.empty()) {
      if (rest_.front() == '/') return -EXDEV;
      const std::string name = take_name();
      if (name == ".") continue;
      if (name == "..") {
        if (inside_.empty()) return -EXDEV;
        inside_.pop_back();
        continue;
      }
      // Every name is tried as a link first. Between readlinkat and openat the name may become a
      // link; then O_NOFOLLOW makes the openat fail.
      const int followed = follow_link(name);
      if (followed == 0) continue;
      if (followed != -EINVAL) return followed;
      if (rest_.empty()) return kernel_.openat(here(), name.c_str(), flags | last_flags_);
      const int fd = kernel_.openat(here(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
      if (fd < 0) return fd;
      inside_.emplace_back(kernel_, fd);
    }
    return kernel_.openat(here(), ".", flags);  // the path ended with a dot segment
  }

 private:
  [[nodiscard]] int here() const { return inside_.empty() ? root_ : inside_.back().fd(); }

  /// Removes the next name, and the slashes after it, from `rest_` and returns it.
  std::string take_name() {
    const std::size_t end = std::min(rest_.find('/'), rest_.size());
    const std::size_t next = std::min(rest_.find_first_not_of('/', end), rest_.size());
    last_flags_ = O_NOFOLLOW | (next > end ? O_DIRECTORY : 0);
    std::string name = rest_.substr(0, end);
    rest_.erase(0, next);
    return name;
  }

  /// Puts the target of the link `name` in front of `rest_`. Returns -EINVAL if `name` exists and
  /// is not a link.
  int follow_link(const std::string& name) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = kernel_.readlinkat(here(), name.c_str(), target);
    if (size < 0) return static_cast<int>(size);
    if (++links_ > kMaxLinks) return -ELOOP;
    if ((last_flags_ & O_DIRECTORY) != 0) rest_.insert(0, "/");
    // The target is resolved by the same loop, so a target that is absolute or has too many ".." is
    // refused there.
    rest_.insert(0, target.data(), static_cast<std::size_t>(size));
    return rest_.size() < std::size_t{2} * PATH_MAX ? 0 : -ENAMETOOLONG;
  }

  base::Kernel& kernel_;
  int root_;
  std::string rest_;
  std::vector<base::Descriptor> inside_;
  int last_flags_ = 0;  ///< for opening the name that was taken last
  int links_ = 0;
};

}  // namespace

int open_by_kernel(base::Kernel& kernel, int directory, const char* path, int flags) {
  constexpr std::uint64_t kInside = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const int fd = kernel.openat2(directory, path, flags, kInside);
  if (fd != -EAGAIN) return fd;
  return kernel.openat2(directory, path, flags, kInside);  // -EAGAIN: a rename raced with it
}

int open_by_steps(base::Kernel& kernel, int directory, const char* path, int flags) {
  return Walk(kernel, directory, path).open(flags);
}

OpenBeneath choose_open_beneath(base::Kernel& kernel, int directory) {
  const int fd = open_by_kernel(kernel, directory, ".", O_PATH | O_DIRECTORY);
  // If the seccomp profile of a container is older than openat2, it refuses the call with EPERM.
  if (fd == -ENOSYS || fd == -EPERM) return open_by_steps;
  if (fd >= 0) kernel.close(fd);
  return open_by_kernel;
}

}  // namespace mastic::files
