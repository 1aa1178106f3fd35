// Transfer by a system call for each operation.

#pragma once

#include "mastic/loop/transfer.h"

namespace mastic::loop {

class PlainTransfer final : public Transfer {
 public:
  explicit PlainTransfer(base::Kernel& kernel) : kernel_(kernel) {}
  void receive(std::span<Receive> batch) override;
  void send(std::span<Send> batch) override;

 private:
  base::Kernel& kernel_;
};

/// The flags that every send has: it does not wait, and a closed connection is an error, no signal.
[[nodiscard]] int send_flags(bool more);

}  // namespace mastic::loop
