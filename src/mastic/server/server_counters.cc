#include "mastic/server/server_counters.h"

namespace mastic::server {
namespace {

constexpr std::uint64_t kMuch = 16 << 20;  // released since the peak, before `give_back_` is called

}  // namespace

bool ServerCounters::enter(const base::IpAddress& address, std::uint64_t most) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& count = by_address_[std::string(address.bytes())];
  if (count >= most) return false;
  ++count;
  return true;
}

/// Looks the address up by its bytes: a string of an IPv6 address would be allocated, and the end
/// of a connection must not allocate.
void ServerCounters::leave(const base::IpAddress& address) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address.bytes());
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

/// Adds the bytes first, and takes them back if the sum is too large, so that two threads cannot
/// both take the last bytes.
bool ServerCounters::hold(std::uint64_t bytes, std::uint64_t most) {
  const std::uint64_t before = held_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (most == 0 || before + bytes <= most) {
    raise_peak(before + bytes);
    return true;
  }
  held_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

void ServerCounters::release(std::uint64_t bytes) noexcept {
  const std::uint64_t now = held_bytes_.fetch_sub(bytes, std::memory_order_relaxed) - bytes;
  std::uint64_t peak = peak_bytes_.load(std::memory_order_relaxed);
  if (peak >= now + kMuch && peak_bytes_.compare_exchange_strong(peak, now)) give_back_();
}

void ServerCounters::change(std::uint64_t& counted, std::uint64_t bytes) noexcept {
  const std::uint64_t before = std::exchange(counted, bytes);
  if (bytes > before) (void)hold(bytes - before, 0);
  if (bytes < before) release(before - bytes);
}

/// When two threads raise the peak at the same time, one of the two values may be lost. The peak is
/// only a hint.
void ServerCounters::raise_peak(std::uint64_t held) noexcept {
  if (held > peak_bytes_.load(std::memory_order_relaxed)) {
    peak_bytes_.store(held, std::memory_order_relaxed);
  }
}

}  // namespace mastic::server
