// The path that is served, and the tree that stands there just now.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/result.h"
#include "mastic/files/tree.h"

namespace mastic::files {

/// The tree at a path, and whatever comes there after it: what a link leads to that is switched to
/// the next release, or a directory that was removed and made anew.
///
/// Callable from every thread. Whoever holds a tree keeps it open, so answers under way end in the
/// tree that they began in.
class Root {
 public:
  /// A path that is relative stays so to the working directory of now. Fails as Tree::open does.
  /// `kernel` must outlive it.
  [[nodiscard]] static base::Result<std::unique_ptr<Root>> open(base::Kernel& kernel,
                                                                std::string path);

  /// What became of the path, in words for the log.
  struct Change {
    base::Level level;
    std::string message;
  };
  /// Looks whether another directory is at the path: once in each second that it is called in, and
  /// while nothing is there each time. Costs one call to the kernel then, and none otherwise. What
  /// is there and cannot be opened replaces nothing.
  [[nodiscard]] std::optional<Change> look();

  /// The tree that is there, for comparison only; none while nothing is.
  [[nodiscard]] const Tree* current() const { return current_.load(std::memory_order_acquire); }
  [[nodiscard]] std::shared_ptr<const Tree> tree() const;
  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }

 private:
  Root(base::Kernel& kernel, std::string path, base::Descriptor start, Tree tree);

  [[nodiscard]] std::optional<Change> look_now();
  void put(std::shared_ptr<const Tree> tree);

  base::Kernel& kernel_;
  const std::string path_;
  const base::Descriptor start_;               ///< the directory that path_ is relative to
  std::atomic<const Tree*> current_{nullptr};  ///< tree_.get()
  std::atomic<std::int64_t> looked_;           ///< in which second
  std::mutex looking_;
  bool is_refused_ = false;  ///< what is there cannot be opened, and that was said
  mutable std::mutex mutex_;
  std::shared_ptr<const Tree> tree_;
};

}  // namespace mastic::files
