// A datagram, as its handler sees it.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/async/task.h"
#include "mastic/base/attributes.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/kernel.h"
#include "mastic/net/shard_counters.h"
#include "mastic/sockets/datagram_path.h"

namespace mastic::sockets {

/// What the shards of a server of datagrams count together, besides those that are being handled.
struct DatagramCounters : net::ShardCounters {
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<std::uint64_t> replied{0};
  std::atomic<std::uint64_t> unsent{0};
  std::atomic<std::uint64_t> failed{0};
};

/// Lent to a handler for as long as that runs.
class Datagram {
 public:
  Datagram(std::string bytes, const DatagramPath& path, base::Kernel& kernel,
           DatagramCounters& counters)
      : bytes_(std::move(bytes)), path_(path), kernel_(kernel), counters_(counters) {}
  Datagram(const Datagram&) = delete;
  Datagram& operator=(const Datagram&) = delete;

  [[nodiscard]] std::string_view bytes() const MASTIC_LIFETIMEBOUND { return bytes_; }
  /// Who sent it, or so it says: anybody can put any address there.
  [[nodiscard]] const base::Endpoint& peer() const { return path_.peer; }

  /// Sends a datagram back, from the address that this one came to. Never waits: false when the system does not take it, for its buffers are
  /// full or it is too long. One that was taken may still be lost. Any number may be sent, from
  /// whatever thread the handler runs on.
  bool reply(std::string_view bytes) noexcept;

 private:
  const std::string bytes_;
  const DatagramPath path_;
  base::Kernel& kernel_;
  DatagramCounters& counters_;
};

/// A function of one of two kinds:
///
///     Task<> f(Datagram&)     runs on a loop, beside any number of others
///     void f(Datagram&)       runs on a thread that may block
///
/// It is called for several datagrams at once, on several threads, in no certain order.
class DatagramHandler {
 public:
  template <class F>
    requires std::is_invocable_r_v<async::Task<>, const F&, Datagram&>
  DatagramHandler(F task) : task_(std::move(task)) {}
  template <class F>
    requires(std::is_void_v<std::invoke_result_t<const F&, Datagram&>>)
  DatagramHandler(F function) : blocking_(std::move(function)) {}

  [[nodiscard]] bool is_blocking() const { return blocking_ != nullptr; }
  [[nodiscard]] async::Task<> begin(Datagram& datagram) const { return task_(datagram); }
  void run(Datagram& datagram) const { blocking_(datagram); }

 private:
  std::function<async::Task<>(Datagram&)> task_;
  std::function<void(Datagram&)> blocking_;
};

}  // namespace mastic::sockets
