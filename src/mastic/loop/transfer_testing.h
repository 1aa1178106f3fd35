// Transfers for tests of code that runs on loops.

#pragma once

#include <memory>

#include "mastic/base/kernel.h"
#include "mastic/loop/ring_transfer.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// Makes a transfer like `make_transfer`, except that io_uring also moves single messages, which it
/// normally leaves to plain calls. So a test with one connection really tests io_uring.
inline std::unique_ptr<Transfer> make_test_transfer(base::Kernel& kernel, TransferKind kind) {
  int number = 0;
  if (kind == TransferKind::IoUring) {
    if (auto ring = RingTransfer::open(kernel, number, 1)) return ring;
  }
  return make_transfer(kernel, TransferKind::Syscall);
}

}  // namespace mastic::loop
