// Transfers for tests of what stands on loops.

#pragma once

#include <memory>

#include "mastic/base/kernel.h"
#include "mastic/loop/ring_transfer.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// As `make_transfer`, but that io_uring moves single messages too, which it otherwise leaves to
/// plain calls: so a test with one connection is one of io_uring.
inline std::unique_ptr<Transfer> make_test_transfer(base::Kernel& kernel, TransferKind kind) {
  int number = 0;
  if (kind == TransferKind::IoUring) {
    if (auto ring = RingTransfer::open(kernel, number, 1)) return ring;
  }
  return make_transfer(kernel, TransferKind::Syscall);
}

}  // namespace mastic::loop
