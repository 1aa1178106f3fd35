#include "mastic/files/root.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

namespace mastic::files {

using base::Level;

base::Result<std::unique_ptr<Root>> Root::open(base::Kernel& kernel, std::string path) {
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
  if (looked_.load(std::memory_order_relaxed) == second && current() != nullptr) {
    return std::nullopt;
  }
  const std::unique_lock lock(looking_, std::try_to_lock);
  if (!lock) return std::nullopt;  // another thread looks
  looked_.store(second, std::memory_order_relaxed);
  return look_now();
}

std::optional<Root::Change> Root::look_now() {
  struct stat raw{};
  if (kernel_.fstatat(start_.fd(), path_.c_str(), raw, 0) < 0) {
    if (current() == nullptr) return std::nullopt;
    put(nullptr);
    return Change{Level::Error, "nothing is at '" + path_ + "' any more: 404 until it is back"};
  }
  const auto known = tree();
  if (known && known->is_at(raw.st_dev, raw.st_ino)) {
    is_refused_ = false;
    return std::nullopt;
  }
  auto found = Tree::open(kernel_, path_, start_.fd());
  if (!found) {
    if (std::exchange(is_refused_, true)) return std::nullopt;
    const char* const meanwhile = known ? "what was there before is served on" : "404 until then";
    return Change{Level::Error, found.error().message + "; " + meanwhile};
  }
  is_refused_ = false;
  put(std::make_shared<const Tree>(*std::move(found)));
  return Change{Level::Info, "another directory is at '" + path_ + "' now, and is served"};
}

std::shared_ptr<const Tree> Root::tree() const {
  const std::lock_guard lock(mutex_);
  return tree_;
}

void Root::put(std::shared_ptr<const Tree> tree) {
  const std::lock_guard lock(mutex_);
  current_.store(tree.get(), std::memory_order_release);
  tree_.swap(tree);
}

}  // namespace mastic::files
