// How a loop moves bytes: in batches of receives and batches of sends.
//
// There are two ways with the same result: a system call for each operation, or one io_uring submit
// for all. Either way every operation is complete when the function returns. So no operation is in
// flight between turns, and a loop can change threads (ADR 0001).

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

/// One send of a batch. A batch has at most one send for each descriptor.
struct Send {
  int fd;
  const char* bytes;
  std::size_t size;
  bool more = false;   ///< more bytes follow at once: the kernel may wait for them (MSG_MORE)
  ssize_t result = 0;  ///< bytes sent, perhaps fewer than `size`, or -errno
};

/// Moves bytes between sockets and memory. Used by one thread at a time.
class Transfer {
 public:
  virtual ~Transfer() = default;
  /// Receives for every entry of `batch` and sets its result. Never blocks: the result is -EAGAIN
  /// when nothing has arrived.
  virtual void receive(std::span<Receive> batch) = 0;
  /// Sends every entry of `batch` and sets its result. Never blocks: the result is -EAGAIN when the
  /// socket has no room.
  virtual void send(std::span<Send> batch) = 0;
};

/// How bytes are moved; Auto is settled by `choose_transfer`.
enum class TransferKind { Auto, IoUring, Syscall };

/// Which kind to use, and why, in words for the log.
struct TransferChoice {
  TransferKind kind;
  std::string reason;
};

/// Decides which kind to use. For Auto, both ways are measured on socket pairs for about a
/// millisecond, and io_uring is chosen when it is faster by more than the noise. When io_uring is
/// wanted but not available, plain calls are chosen.
[[nodiscard]] TransferChoice choose_transfer(base::Kernel& kernel, TransferKind wanted);

/// Name and version of the io_uring library.
[[nodiscard]] std::string_view transfer_library();

/// Makes a transfer of `kind`, or a transfer by plain calls when io_uring is wanted but not
/// available. `kernel` must outlive the transfer. Requires: `kind` is not Auto.
[[nodiscard]] std::unique_ptr<Transfer> make_transfer(base::Kernel& kernel, TransferKind kind);

}  // namespace mastic::loop
