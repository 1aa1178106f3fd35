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
  std::atomic<std::uint64_t> received{0};  ///< datagrams that came
  std::atomic<std::uint64_t> dropped{0};   ///< too long, or no memory, or no thread to queue for
  std::atomic<std::uint64_t> replied{0};   ///< replies that the system took
  std::atomic<std::uint64_t> unsent{0};    ///< replies that it did not take
  std::atomic<std::uint64_t> failed{0};    ///< datagrams whose handler threw
};

/// A datagram that came, lent to its handler for as long as that runs.
class Datagram {
 public:
  /// Made by the server for its handler.
  Datagram(std::string bytes, const DatagramPath& path, base::Kernel& kernel,
           DatagramCounters& counters)
      : bytes_(std::move(bytes)),
        path_(path),
        peer_(path.peer.endpoint()),
        kernel_(kernel),
        counters_(counters) {}
  Datagram(const Datagram&) = delete;
  Datagram& operator=(const Datagram&) = delete;

  /// What it holds.
  [[nodiscard]] std::string_view bytes() const MASTIC_LIFETIMEBOUND { return bytes_; }
  /// Who sent it, or so it says: anybody can put any address there. None on a Unix socket.
  [[nodiscard]] const base::Endpoint& peer() const MASTIC_LIFETIMEBOUND { return peer_; }
  /// On a Unix socket, the path of the socket that sent it: "/run/client.sock", or "@client" for a
  /// name that is not in the file system. Empty when the sender's socket has no name, and over UDP.
  [[nodiscard]] std::string peer_path() const { return path_.peer_path(); }
  /// Who sent it, in one text for logs: "127.0.0.1:4000", a path, or "unix" when it has none.
  [[nodiscard]] std::string peer_text() const { return path_.peer_text(); }
  /// Whether there is a way back: always over UDP; on a Unix socket when the sender's has a name.
  [[nodiscard]] bool can_reply() const { return !peer_.ip.is_none() || !path_.peer_path().empty(); }

  /// Sends a datagram back, from the address that this one came to. Never waits: false when the
  /// system does not take it, for its buffers or the peer's are full, it is too long, or a peer on a
  /// Unix socket has gone. One that was taken over UDP may still be lost. Any number may be sent,
  /// from whatever thread the handler runs on. Throws std::runtime_error unless `can_reply`.
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
///     Task<> f(Datagram&)     runs on a loop, beside any number of others
///     void f(Datagram&)       runs on a thread that may block
///
/// It is called for several datagrams at once, on several threads, in no certain order.
class DatagramHandler {
 public:
  /// Takes a function that returns a task.
  template <class F>
    requires std::is_invocable_r_v<async::Task<>, const F&, Datagram&>
  DatagramHandler(F task) : task_(std::move(task)) {}
  /// Takes a function that blocks, which gets threads to run on.
  template <class F>
    requires(std::is_void_v<std::invoke_result_t<const F&, Datagram&>>)
  DatagramHandler(F function) : blocking_(std::move(function)) {}

  /// Whether it is a function that blocks.
  [[nodiscard]] bool is_blocking() const { return blocking_ != nullptr; }
  /// Begins the task for a datagram. Requires: not is_blocking().
  [[nodiscard]] async::Task<> begin(Datagram& datagram) const { return task_(datagram); }
  /// Runs the function that blocks. Requires: is_blocking().
  void run(Datagram& datagram) const { blocking_(datagram); }

 private:
  std::function<async::Task<>(Datagram&)> task_;
  std::function<void(Datagram&)> blocking_;
};

}  // namespace mastic::sockets
