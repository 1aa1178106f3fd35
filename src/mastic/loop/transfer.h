// How a loop moves bytes: a batch of receives at a time, a batch of sends at a time.
//
// Two ways of equal meaning: a system call each, or one io_uring submit for all. Either way every
// operation is over when the function returns, so nothing is in flight between turns and a loop can
// change threads (ADR 0001).

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mastic/base/kernel.h"

namespace mastic::loop {

/// One receive of a batch.
struct Receive {
  int fd;
  char* buffer;
  std::size_t size;
  ssize_t result = 0;  ///< bytes, 0 at the end of the stream, or -errno
};

/// One send of a batch. No two of a batch are for the same descriptor.
struct Send {
  int fd;
  const char* bytes;
  std::size_t size;
  bool more = false;   ///< more follows at once: the kernel may wait for it
  ssize_t result = 0;  ///< bytes, perhaps fewer than asked, or -errno
};

class Transfer {
 public:
  virtual ~Transfer() = default;
  /// Neither blocks: what is not ready has the result -EAGAIN.
  virtual void receive(std::span<Receive> batch) = 0;
  virtual void send(std::span<Send> batch) = 0;
};

enum class TransferKind { Auto, IoUring, Syscall };

/// What to use and why, in words for the log.
struct TransferChoice {
  TransferKind kind;
  std::string reason;
};

/// Settles `wanted`. Auto tries io_uring and measures both ways on socket pairs for about a
/// millisecond; io_uring is taken when it is ahead by more than the noise. When io_uring is wanted
/// and cannot be had, plain calls do the same work.
[[nodiscard]] TransferChoice choose_transfer(base::Kernel& kernel, TransferKind wanted);

/// The library behind io_uring, with its version.
[[nodiscard]] std::string_view transfer_library();

/// Requires: not Auto. Plain calls when io_uring cannot be had.
[[nodiscard]] std::unique_ptr<Transfer> make_transfer(base::Kernel& kernel, TransferKind kind);

}  // namespace mastic::loop
