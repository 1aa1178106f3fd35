// Listening sockets, and those who accept from them.

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

/// A bound and listening socket, which the acceptors of several loops may share. A Unix socket that
/// a dead process left behind is replaced, and of several processes that would replace it one does;
/// this one's own is removed with it, and no other's. A socket that this process was started with
/// (take_inherited) goes on listening when this is closed: others may have it, or take it next.
class Listener {
 public:
  /// Fails with a message that names the address and the remedy. `access`: who may connect to a Unix
  /// socket, set before anybody can; unless it is told otherwise, only the same user. An inherited one
  /// is as whoever opened it has left it.
  [[nodiscard]] static base::Result<Listener> open(base::Kernel& kernel,
                                                   const base::Address& address,
                                                   const SocketAccess& access = {});
  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = default;
  ~Listener() { close(); }

  [[nodiscard]] int fd() const { return descriptor_.fd(); }
  /// With the port that the system chose when 0 was asked for; of an inherited socket the address that
  /// it is bound to.
  [[nodiscard]] const base::Address& address() const { return address_; }
  /// Nobody can connect any more, also when a child still has the socket; but for an inherited one.
  void close();

 private:
  Listener(BoundSocket socket, SocketFile file, bool is_inherited = false)
      : descriptor_(std::move(socket.descriptor)),
        address_(std::move(socket.address)),
        file_(std::move(file)),
        is_inherited_(is_inherited) {}
  /// Has it listen.
  [[nodiscard]] static base::Result<Listener> finish(BoundSocket socket, SocketFile file);
  [[nodiscard]] static base::Result<Listener> open_unix(base::Kernel& kernel,
                                                        const base::Address& address,
                                                        const SocketAccess& access);

  base::Descriptor descriptor_;
  base::Address address_;
  SocketFile file_;
  bool is_inherited_;
};

/// Who gets accepted connections; on the loop, outside of user code.
class AcceptorOwner {
 public:
  /// Asked before each connection is accepted. May pause the acceptor, and then says no.
  virtual bool may_accept() noexcept = 0;
  virtual void accepted(base::Descriptor socket, base::Endpoint peer) noexcept = 0;
  /// The system has no descriptors or memory left (`number`): accepting rests for a while.
  virtual void accept_failed(int number) noexcept = 0;

 protected:
  ~AcceptorOwner() = default;
};

/// What to say of a failed accept: what is wrong, and the remedy where there is one. `option` is the bound on
/// connections, as the reader sets it.
[[nodiscard]] std::string describe_accept_failure(int number, std::string_view option);

/// Accepts from one listener on one loop. When the system runs out of descriptors or memory it lets
/// go of the listener and comes back after 5 ms, then 10, up to a second: it neither spins nor
/// gives up.
class Acceptor final : public loop::Source, private async::Timer {
 public:
  /// All three must outlive it.
  Acceptor(loop::Loop& loop, const Listener& listener, AcceptorOwner& owner);
  ~Acceptor() override { pause(); }

  [[nodiscard]] base::Result<void> start();
  /// Stops accepting, until `start`.
  void pause();
  /// Accepts what is waiting already, without waiting for more.
  void accept_waiting() noexcept;
  /// Lets go of the listener for good; the loop may hold this for the rest of the turn (Source).
  void close();

  void ready(loop::Readiness readiness) noexcept override;

 private:
  void expired() noexcept override;
  void rest(int number);
  /// False when there is nothing to accept, or accepting has to rest.
  bool accept_one() noexcept;

  loop::Loop& loop_;
  AcceptorOwner& owner_;
  base::Duration next_rest_;
};

}  // namespace mastic::net
