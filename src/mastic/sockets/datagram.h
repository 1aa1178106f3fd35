// A datagram as its handler sees it, and the handler itself.

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

/// Counters that the shards of a server share. net::ShardCounters counts the datagrams that are
/// being handled.
struct DatagramCounters : net::ShardCounters {
  std::atomic<std::uint64_t> received{0};  ///< datagrams that have arrived
  std::atomic<std::uint64_t> dropped{0};   ///< datagrams too long, or without memory or a thread
  std::atomic<std::uint64_t> replied{0};   ///< replies that the system accepted
  std::atomic<std::uint64_t> unsent{0};    ///< replies that the system refused
  std::atomic<std::uint64_t> failed{0};    ///< datagrams whose handler threw
};

/// A received datagram. The server passes it to the handler by reference; the datagram lives as
/// long as the handler runs.
class Datagram {
 public:
  /// Called by the server for its handler.
  Datagram(std::string bytes, const DatagramPath& path, base::Kernel& kernel,
           DatagramCounters& counters)
      : bytes_(std::move(bytes)),
        path_(path),
        peer_(path.peer.endpoint()),
        kernel_(kernel),
        counters_(counters) {}
  Datagram(const Datagram&) = delete;
  Datagram& operator=(const Datagram&) = delete;

  /// The content of the datagram.
  [[nodiscard]] std::string_view bytes() const MASTIC_LIFETIMEBOUND { return bytes_; }
  /// The address of the sender, which may be forged. On a Unix socket the sender has no address,
  /// and `peer().ip.is_none()` is true.
  [[nodiscard]] const base::Endpoint& peer() const MASTIC_LIFETIMEBOUND { return peer_; }
  /// The path of the Unix socket that sent the datagram: "/run/client.sock", or "@client" for an
  /// abstract name. Empty over UDP, and if the sender's socket has no name.
  [[nodiscard]] std::string peer_path() const { return path_.peer_path(); }
  /// The sender as text for logs: "127.0.0.1:4000", a path, or "unix" if the sender's socket has no
  /// name.
  [[nodiscard]] std::string peer_text() const { return path_.peer_text(); }
  /// Whether `reply` is possible: always over UDP; on a Unix socket if the sender's socket has a
  /// name.
  [[nodiscard]] bool can_reply() const { return !peer_.ip.is_none() || !path_.peer_path().empty(); }

  /// Sends a datagram back, from the address at which this one arrived, without waiting. Returns
  /// false if the system refuses it, because its buffers or the peer's are full, the datagram is
  /// too long, or the peer's Unix socket is closed. Over UDP even an accepted datagram may be lost.
  /// A handler may send any number of replies, from whichever thread it runs on. Throws
  /// std::runtime_error unless `can_reply()`.
  bool reply(std::string_view bytes);

 private:
  const std::string bytes_;
  const DatagramPath path_;
  const base::Endpoint peer_;
  base::Kernel& kernel_;
  DatagramCounters& counters_;
};

/// A function of one of two kinds:
///
///     Task<> f(Datagram&)     runs on a loop, concurrently with any number of others
///     void f(Datagram&)       runs on a thread that may block
///
/// The function is called for several datagrams at once, on several threads, in no particular
/// order.
class DatagramHandler {
 public:
  /// Takes a function that returns a task.
  template <class F>
    requires std::is_invocable_r_v<async::Task<>, const F&, Datagram&>
  DatagramHandler(F task) : task_(std::move(task)) {}
  /// Takes a function that blocks. It runs on the threads for handlers that block.
  template <class F>
    requires(std::is_void_v<std::invoke_result_t<const F&, Datagram&>>)
  DatagramHandler(F function) : blocking_(std::move(function)) {}

  /// Whether the function blocks.
  [[nodiscard]] bool is_blocking() const { return blocking_ != nullptr; }
  /// Makes the task for a datagram. Requires: not is_blocking().
  [[nodiscard]] async::Task<> begin(Datagram& datagram) const { return task_(datagram); }
  /// Runs the function that blocks. Requires: is_blocking().
  void run(Datagram& datagram) const { blocking_(datagram); }

 private:
  std::function<async::Task<>(Datagram&)> task_;
  std::function<void(Datagram&)> blocking_;
};

}  // namespace mastic::sockets
