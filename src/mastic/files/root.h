// The path that is served, and the tree that is currently there.

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

/// The tree at a path. If another directory takes the place of the current one, Root switches to
/// the new directory. This happens when a link is switched to the next release, or when the
/// directory is removed and created again.
///
/// Any thread may call these functions. A tree stays open as long as a shared_ptr to it exists, so
/// an answer in progress ends in the tree in which it began.
class Root {
 public:
  /// Opens the tree at `path`. A relative path stays relative to the current working directory,
  /// even if that changes later. Fails as Tree::open does. Requires: `kernel` outlives the Root.
  [[nodiscard]] static base::Result<std::unique_ptr<Root>> open(base::Kernel& kernel,
                                                                std::string path);

  /// A change at the path, as a message for the log.
  struct Change {
    base::Level level;
    std::string message;
  };
  /// Checks whether another directory is at the path now, and if so switches to it. Returns a
  /// message if there is something new to log. Checks at most once per second, or at every call
  /// while nothing is at the path. A check costs one system call. A directory that cannot be opened
  /// does not replace the previous one.
  [[nodiscard]] std::optional<Change> look();

  /// The current tree, for comparison only, or null while nothing is at the path.
  [[nodiscard]] const Tree* current() const { return current_.load(std::memory_order_acquire); }
  /// The current tree, or null while nothing is at the path.
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
  std::atomic<std::int64_t> looked_;           ///< the second of the last check
  std::mutex looking_;
  bool is_refused_ = false;  ///< what is at the path cannot be opened; that was logged already
  mutable std::mutex mutex_;
  std::shared_ptr<const Tree> tree_;
};

}  // namespace mastic::files
