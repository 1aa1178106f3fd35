// Transfer by io_uring: a batch is one submit, which waits until every operation is complete.

#pragma once

#include <memory>

#include "mastic/loop/plain_transfer.h"
#include "mastic/loop/transfer.h"

struct io_uring;

namespace mastic::loop {

/// Moves bytes by io_uring. A batch of one operation uses a plain call, which is cheaper, unless
/// `least` is 1 (for tests). When a submit fails, because a memory limit or a policy has taken the
/// ring away, the ring is closed for good and plain calls do the rest.
class RingTransfer final : public Transfer {
 public:
  /// Opens a ring for batches of `least` operations or more. Returns null and sets `number` to the
  /// errno when the kernel gives no ring. `kernel` must outlive the transfer.
  [[nodiscard]] static std::unique_ptr<RingTransfer> open(base::Kernel& kernel, int& number,
                                                          std::size_t least = 2);
  ~RingTransfer() override;

  /// Whether the ring is used. False once a submit has failed: then plain calls do the work.
  [[nodiscard]] bool is_in_use() const { return ring_ != nullptr; }

  void receive(std::span<Receive> batch) override;
  void send(std::span<Send> batch) override;

 private:
  RingTransfer(base::Kernel& kernel, std::unique_ptr<io_uring> ring, std::size_t least);
  template <class Operation, class Prepare>
  void run(std::span<Operation> batch, Prepare prepare);
  /// Submits the prepared operations and stores their results in `batch`. Returns false if results
  /// are missing.
  template <class Operation>
  bool submit(std::span<Operation> batch);
  void give_up();

  base::Kernel& kernel_;
  PlainTransfer plain_;
  std::unique_ptr<io_uring> ring_;  ///< null once a submit has failed
  const std::size_t least_;         ///< smallest batch for which the ring is used
};

}  // namespace mastic::loop
