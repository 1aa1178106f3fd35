// Transfer by a system call for each operation.

#pragma once

#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// Moves bytes by `recv` and `send`.
class PlainTransfer final : public Transfer {
 public:
  /// `kernel` must outlive the transfer.
  explicit PlainTransfer(base::Kernel& kernel) : kernel_(kernel) {}
  void receive(std::span<Receive> batch) override;
  void send(std::span<Send> batch) override;

 private:
  base::Kernel& kernel_;
};

/// Returns the flags for a send. With these flags the send does not wait, and a closed connection
/// is an error rather than SIGPIPE; `more` adds MSG_MORE.
[[nodiscard]] int send_flags(bool more);

}  // namespace mastic::loop
