#include "mastic/files/root.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

namespace mastic::files {

using base::Level;

base::Result<std::unique_ptr<Root>> Root::open(base::Kernel& kernel, std::string path) {
  // Held open, so that a relative path keeps its meaning if the program changes its working
  // directory.
  const int start = kernel.openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
  if (start < 0) return base::fail_with_number(-start, "cannot open the working directory");
  base::Descriptor working(kernel, start);
  auto tree = Tree::open(kernel, path, start);
  if (!tree) return std::unexpected(tree.error());
  return std::unique_ptr<Root>(
      new Root(kernel, std::move(path), std::move(working), *std::move(tree)));
}

Root::Root(base::Kernel& kernel, std::string path, base::Descriptor start, Tree tree)
    : kernel_(kernel),
      path_(std::move(path)),
      start_(std::move(start)),
      looked_(kernel.unix_seconds()) {
  put(std::make_shared<const Tree>(std::move(tree)));
}

std::optional<Root::Change> Root::look() {
  const std::int64_t second = kernel_.unix_seconds();
  // The fast path of every request: two atomic loads and no system call.
  if (looked_.load(std::memory_order_relaxed) == second && current() != nullptr) {
    return std::nullopt;
  }
  const std::unique_lock lock(looking_, std::try_to_lock);
  if (!lock) return std::nullopt;  // another thread is checking
  looked_.store(second, std::memory_order_relaxed);
  return look_now();
}

std::optional<Root::Change> Root::look_now() {
  struct stat raw{};
  if (kernel_.fstatat(start_.fd(), path_.c_str(), raw, 0) < 0) {
    if (current() == nullptr) return std::nullopt;
    put(nullptr);
    return Change{Level::Error, "nothing is at '" + path_ +
                                    "' any more; requests are answered 404 until it is back"};
  }
  // Compares the identity of the directory, so both a link that now leads elsewhere and a directory
  // that was created again are noticed.
  const auto known = tree();
  if (known && known->is_at(raw.st_dev, raw.st_ino)) {
    is_refused_ = false;
    return std::nullopt;
  }
  auto found = Tree::open(kernel_, path_, start_.fd());
  if (!found) {
    // Logged once, not every second.
    if (std::exchange(is_refused_, true)) return std::nullopt;
    const char* const meanwhile =
        known ? "the previous directory is still served" : "requests are answered 404 until then";
    return Change{Level::Error, found.error().message + "; " + meanwhile};
  }
  is_refused_ = false;
  put(std::make_shared<const Tree>(*std::move(found)));
  return Change{Level::Info, "another directory is at '" + path_ + "' now; serving that one"};
}

std::shared_ptr<const Tree> Root::tree() const {
  const std::lock_guard lock(mutex_);
  return tree_;
}

void Root::put(std::shared_ptr<const Tree> tree) {
  const std::lock_guard lock(mutex_);
  current_.store(tree.get(), std::memory_order_release);
  // The former tree is destroyed with the argument, after the mutex: closing may take time.
  tree_.swap(tree);
}

}  // namespace mastic::files
