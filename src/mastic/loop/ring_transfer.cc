#include "mastic/loop/ring_transfer.h"

#include <liburing.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

namespace mastic::loop {
namespace {

constexpr unsigned kEntries = 64;  // operations of one submit
constexpr ssize_t kNotDone = std::numeric_limits<ssize_t>::min();

}  // namespace

std::unique_ptr<RingTransfer> RingTransfer::open(base::Kernel& kernel, int& number,
                                                 std::size_t least) {
  auto ring = std::make_unique<io_uring>();
  number = -kernel.io_uring_queue_init(kEntries, *ring);
  if (number != 0) return nullptr;
  return std::unique_ptr<RingTransfer>(new RingTransfer(kernel, std::move(ring), least));
}

RingTransfer::RingTransfer(base::Kernel& kernel, std::unique_ptr<io_uring> ring, std::size_t least)
    : kernel_(kernel), plain_(kernel), ring_(std::move(ring)), least_(least) {}

RingTransfer::~RingTransfer() { give_up(); }

void RingTransfer::give_up() {
  if (ring_) kernel_.io_uring_queue_exit(*ring_);
  ring_.reset();
}

void RingTransfer::receive(std::span<Receive> batch) {
  if (!ring_ || batch.size() < least_) return plain_.receive(batch);
  run(batch, [](io_uring_sqe* entry, Receive& one) {
    io_uring_prep_recv(entry, one.fd, one.buffer, one.size, MSG_DONTWAIT);
  });
  for (Receive& one : batch) {
    if (one.result == kNotDone) plain_.receive({&one, 1});
  }
}

void RingTransfer::send(std::span<Send> batch) {
  if (!ring_ || batch.size() < least_) return plain_.send(batch);
  run(batch, [](io_uring_sqe* entry, Send& one) {
    io_uring_prep_send(entry, one.fd, one.bytes, one.size, send_flags(one.more));
  });
  for (Send& one : batch) {
    if (one.result == kNotDone) plain_.send({&one, 1});
  }
}

/// Runs `batch` in submits of at most kEntries. Every operation has MSG_DONTWAIT, so the kernel
/// completes the operation during the submit, and no operation is in flight when this function
/// returns (ADR 0001). When a submit fails, the ring is closed, and the rest of the batch keeps
/// kNotDone: the caller does those operations by plain calls.
template <class Operation, class Prepare>
void RingTransfer::run(std::span<Operation> batch, Prepare prepare) {
  for (Operation& one : batch) one.result = kNotDone;
  while (ring_ && !batch.empty()) {
    const auto part = batch.first(std::min<std::size_t>(batch.size(), kEntries));
    batch = batch.subspan(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      io_uring_sqe* const entry = io_uring_get_sqe(ring_.get());
      prepare(entry, part[i]);
      entry->user_data = i;
    }
    if (!submit(part)) give_up();
  }
}

template <class Operation>
bool RingTransfer::submit(std::span<Operation> batch) {
  const auto count = static_cast<unsigned>(batch.size());
  const int submitted = kernel_.io_uring_submit_and_wait(*ring_, count);
  // Even after a submit that failed, the results of the operations that the kernel took are stored:
  // these operations have happened, and doing them again would lose or repeat bytes.
  io_uring_cqe* completion = nullptr;
  unsigned head = 0;
  unsigned seen = 0;
  io_uring_for_each_cqe(ring_.get(), head, completion) {
    batch[completion->user_data].result = completion->res;
    ++seen;
  }
  io_uring_cq_advance(ring_.get(), seen);
  return submitted == static_cast<int>(count) && seen == count;
}

}  // namespace mastic::loop
