// Transfer by io_uring: a batch is one submit, in which every operation completes.

#pragma once

#include <memory>

#include "mastic/loop/plain_transfer.h"
#include "mastic/loop/transfer.h"

struct io_uring;

namespace mastic::loop {

/// A batch of one goes by a plain call, which is cheaper, unless `least` is 1 (for tests). When a
/// submit fails, the ring is given up for good and plain calls do the rest: memory limits or a
/// policy may take it away at any time.
class RingTransfer final : public Transfer {
 public:
  /// Nothing when the kernel gives no ring; `number` then holds the errno.
  [[nodiscard]] static std::unique_ptr<RingTransfer> open(base::Kernel& kernel, int& number,
                                                          std::size_t least = 2);
  ~RingTransfer() override;

  /// False once the kernel did not do as it was asked: then plain calls do the work.
  [[nodiscard]] bool is_in_use() const { return ring_ != nullptr; }

  void receive(std::span<Receive> batch) override;
  void send(std::span<Send> batch) override;

 private:
  RingTransfer(base::Kernel& kernel, std::unique_ptr<io_uring> ring, std::size_t least);
  template <class Operation, class Prepare>
  void run(std::span<Operation> batch, Prepare prepare);
  /// Submits what was prepared and takes the results there are; false when some are missing.
  template <class Operation>
  bool submit(std::span<Operation> batch);
  void give_up();

  base::Kernel& kernel_;
  PlainTransfer plain_;
  std::unique_ptr<io_uring> ring_;  ///< none once it was given up
  const std::size_t least_;         ///< operations of a batch for which it is used
};

}  // namespace mastic::loop
