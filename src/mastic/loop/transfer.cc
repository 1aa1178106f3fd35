#include "mastic/loop/transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "mastic/base/descriptor.h"
#include "mastic/base/result.h"
#include "mastic/loop/plain_transfer.h"
#include "mastic/loop/ring_transfer.h"

namespace mastic::loop {
namespace {

constexpr std::size_t kPairs = 32;  // operations of a batch, as for a busy loop
constexpr int kRounds = 9;          // odd, for the median
constexpr double kAhead = 0.97;  // io_uring must take less than this share of the plain calls' time

/// Socket pairs on which transfers are tried: one end sends, the other receives.
class ProvingGround {
 public:
  explicit ProvingGround(base::Kernel& kernel) : kernel_(kernel) {
    for (std::size_t i = 0; i < kPairs; ++i) {
      int ends[2];
      if (kernel.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        break;
      near_.emplace_back(kernel, ends[0]);
      far_.emplace_back(kernel, ends[1]);
    }
  }

  /// How long one batch of sends and one batch of receives take, or nullopt if a byte was lost.
  std::optional<base::Duration> time(Transfer& transfer) {
    const base::Instant start = kernel_.monotonic_now();
    std::vector<Send> sends;
    for (const base::Descriptor& end : near_)
      sends.push_back({end.fd(), message_.data(), message_.size()});
    transfer.send(sends);
    std::vector<Receive> receives;
    for (const base::Descriptor& end : far_)
      receives.push_back({end.fd(), buffer_.data(), buffer_.size()});
    transfer.receive(receives);
    const base::Duration length = kernel_.monotonic_now() - start;
    const auto whole = [&](const auto& one) {
      return one.result == static_cast<ssize_t>(message_.size());
    };
    const bool works =
        !near_.empty() && std::ranges::all_of(sends, whole) && std::ranges::all_of(receives, whole);
    return works ? std::optional(length) : std::nullopt;
  }

 private:
  base::Kernel& kernel_;
  std::vector<base::Descriptor> near_, far_;
  std::array<char, 128> message_{};
  std::array<char, 512> buffer_{};
};

/// The choice when io_uring is available but does not work.
TransferChoice failed() {
  return {TransferKind::Syscall, "io_uring failed a test transfer on this machine"};
}

base::Duration median(std::vector<base::Duration> times) {
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  return times[times.size() / 2];
}

/// Whether `ring` moves every byte, and really by io_uring: an older kernel has rings but not these
/// operations, and a container may allow a ring to be created and forbid its use.
bool passes(ProvingGround& ground, RingTransfer& ring) {
  return ground.time(ring).has_value() && ring.is_in_use();
}

/// Measures both ways in alternate rounds and compares the medians, so that a burst of other load
/// slows both ways, and a single slow round affects neither median.
TransferChoice measure(base::Kernel& kernel, ProvingGround& ground, RingTransfer& ring) {
  PlainTransfer plain(kernel);
  std::vector<base::Duration> ring_times, plain_times;
  for (int round = 0; round < kRounds; ++round) {
    const auto by_ring = ground.time(ring);
    const auto by_calls = ground.time(plain);
    if (!by_ring || !by_calls || !ring.is_in_use()) return failed();
    ring_times.push_back(*by_ring);
    plain_times.push_back(*by_calls);
  }
  const auto whole = static_cast<double>(std::max(median(plain_times), base::Duration(1)).count());
  const double share = static_cast<double>(median(ring_times).count()) / whole;
  const std::string measured =
      "measured io_uring at " + std::to_string(std::lround(share * 100)) + " % of plain calls";
  return {share < kAhead ? TransferKind::IoUring : TransferKind::Syscall, measured};
}

}  // namespace

TransferChoice choose_transfer(base::Kernel& kernel, TransferKind wanted) {
  if (wanted == TransferKind::Syscall) return {wanted, "as configured"};
  int number = 0;
  const auto ring = RingTransfer::open(kernel, number);
  if (!ring) {
    return {TransferKind::Syscall, "io_uring is not available: " + base::describe_number(number)};
  }
  ProvingGround ground(kernel);
  if (!passes(ground, *ring)) return failed();
  if (wanted == TransferKind::IoUring) return {wanted, "as configured"};
  return measure(kernel, ground, *ring);
}

std::string_view transfer_library() { return "liburing " MASTIC_LIBURING_VERSION; }

std::unique_ptr<Transfer> make_transfer(base::Kernel& kernel, TransferKind kind) {
  int number = 0;
  if (kind == TransferKind::IoUring) {
    if (auto ring = RingTransfer::open(kernel, number)) return ring;
  }
  return std::make_unique<PlainTransfer>(kernel);
}

}  // namespace mastic::loop
