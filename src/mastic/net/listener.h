// Listening sockets, and the acceptors that accept connections from them.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/async/timer.h"
#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/result.h"
#include "mastic/loop/loop.h"
#include "mastic/net/bound_socket.h"
#include "mastic/net/socket_file.h"

namespace mastic::net {

/// A bound and listening socket. The acceptors of several loops may share it.
///
/// A Unix socket file that a dead process left behind is replaced; when several processes try to
/// replace it at the same time, one of them succeeds. The listener removes its own socket file, and
/// never another file that has taken its place. An inherited socket (take_inherited) keeps
/// listening when the listener is closed, because other processes may have the socket open, or take
/// it over next.
class Listener {
 public:
  /// Opens a listener. Fails with a message that names the address and the remedy. `access` says
  /// who may connect to a Unix socket, by default only the same user; the access is set before
  /// anyone can connect. The access of an inherited socket is not changed. `kernel` must outlive
  /// the listener.
  [[nodiscard]] static base::Result<Listener> open(base::Kernel& kernel,
                                                   const base::Address& address,
                                                   const SocketAccess& access = {});
  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = default;
  ~Listener() { close(); }

  /// The descriptor. The listener keeps ownership of it.
  [[nodiscard]] int fd() const { return descriptor_.fd(); }
  /// The bound address. If port 0 was asked for, the address has the port that the system chose.
  [[nodiscard]] const base::Address& address() const { return address_; }
  /// Closes the socket. No client can connect any more, even if a child process still has the
  /// socket open. An inherited socket keeps listening.
  void close();

 private:
  Listener(BoundSocket socket, SocketFile file, bool is_inherited = false)
      : descriptor_(std::move(socket.descriptor)),
        address_(std::move(socket.address)),
        file_(std::move(file)),
        is_inherited_(is_inherited) {}
  /// Calls listen() and makes the listener.
  [[nodiscard]] static base::Result<Listener> finish(BoundSocket socket, SocketFile file);
  [[nodiscard]] static base::Result<Listener> open_unix(base::Kernel& kernel,
                                                        const base::Address& address,
                                                        const SocketAccess& access);

  base::Descriptor descriptor_;
  base::Address address_;
  SocketFile file_;
  bool is_inherited_;
};

/// Receives accepted connections. Called on the loop, outside of user code.
class AcceptorOwner {
 public:
  /// Asked before each connection is accepted. The owner may pause the acceptor here, and then
  /// returns false.
  virtual bool may_accept() noexcept = 0;
  /// Called with an accepted connection and its peer's address.
  virtual void accepted(base::Descriptor socket, base::Endpoint peer) noexcept = 0;
  /// Called when accepting fails because the system has no descriptors or memory left. `number` is
  /// the errno. The acceptor pauses and tries again by itself.
  virtual void accept_failed(int number) noexcept = 0;

 protected:
  ~AcceptorOwner() = default;
};

/// A log message for a failed accept: what is wrong and, if there is a remedy, what to do. `option`
/// is the name of the option that limits connections.
[[nodiscard]] std::string describe_accept_failure(int number, std::string_view option);

/// Accepts connections from one listener on one loop. When the system runs out of descriptors or
/// memory, the acceptor stops watching the listener and tries again after 5 ms, then after 10 ms,
/// and so on up to a second. So the acceptor neither spins nor gives up.
class Acceptor final : public loop::Source, private async::Timer {
 public:
  /// `loop`, `listener` and `owner` must outlive the acceptor.
  Acceptor(loop::Loop& loop, const Listener& listener, AcceptorOwner& owner);
  ~Acceptor() override { pause(); }

  /// Begins or continues to accept. Fails when the loop cannot watch the listener.
  [[nodiscard]] base::Result<void> start();
  /// Stops accepting until `start` is called.
  void pause();
  /// Accepts the connections that are already waiting, and does not wait for more.
  void accept_waiting() noexcept;
  /// Stops accepting for good and gives up the listener's descriptor. The loop may refer to the
  /// acceptor for the rest of the turn, so destroy it by Loop::retire.
  void close();

  void ready(loop::Readiness readiness) noexcept override;

 private:
  void expired() noexcept override;
  void rest(int number);
  /// Accepts one connection and returns true. Returns false when no connection is waiting, or
  /// accepting has to pause.
  bool accept_one() noexcept;

  loop::Loop& loop_;
  AcceptorOwner& owner_;
  base::Duration next_rest_;
};

}  // namespace mastic::net
