// Collects the content of a file that a client sends: in memory first, then in a temporary file.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/app/body.h"
#include "mastic/base/temporary_file.h"

namespace mastic::app {

/// Collects content. The temporary file is written on threads that may wait for the disk
/// (async::run_reading), 256 KiB at a time, which is all that is kept of it in memory.
class Spool {
 public:
  /// Keeps at most `in_memory` bytes in memory, and more in a temporary file in `directory`. `kernel`
  /// must outlive this object and all users of `file`.
  Spool(std::uint64_t in_memory, std::string directory,
        base::Kernel& kernel = base::system_kernel())
      : in_memory_(in_memory), directory_(std::move(directory)), file_(kernel) {}

  /// Adds `piece`, which must stay valid until the task is done. Throws StorageError when the disk
  /// is full (507) or the process has no more descriptors (503).
  [[nodiscard]] Task<> add(std::string_view piece);
  /// Says that the content is complete.
  [[nodiscard]] Task<> finish();

  /// How many bytes have been added.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Whether the content is in memory.
  [[nodiscard]] bool is_in_memory() const { return !file_.is_created(); }
  /// The content, if it is in memory.
  [[nodiscard]] std::string take_text() { return std::move(text_); }
  /// The temporary file, after `finish`; null if the content is in memory.
  [[nodiscard]] std::shared_ptr<const base::Descriptor> file() const { return file_.descriptor(); }

 private:
  [[nodiscard]] Task<> write();

  const std::uint64_t in_memory_;
  const std::string directory_;
  std::uint64_t size_ = 0;
  std::string text_;  ///< all content, or what is not yet in the file
  base::TemporaryFile file_;
};

}  // namespace mastic::app
