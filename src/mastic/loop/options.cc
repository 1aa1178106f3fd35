#include "mastic/loop/options.h"

namespace mastic::loop {

void Options::describe(base::OptionTable& table) {
  table.count("loops", loops, "Event loops, each with a thread; 0 makes one for each core.");
  table.choice(
      "transfer", transfer, "(auto|io_uring|syscall)",
      {{"auto", TransferKind::Auto},
       {"io_uring", TransferKind::IoUring},
       {"syscall", TransferKind::Syscall}},
      "How bytes are received and sent: by io_uring batches, by plain calls, or by what is "
      "measured to cost less when the server starts.");
}

}  // namespace mastic::loop
