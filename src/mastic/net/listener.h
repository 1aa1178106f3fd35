// Listening sockets, and those who accept from them.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/async/timer.h"
#include "mastic/base/address.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/result.h"
#include "mastic/loop/loop.h"

namespace mastic::net {

/// A bound and listening socket, which the acceptors of several loops may share. A Unix socket that
/// a dead process left behind is replaced; this one's own is removed with it.
class Listener {
 public:
  /// Fails with a message that names the address and the remedy. `mode`: who may connect to a Unix
  /// socket, as chmod takes it, before anybody can; without it, as the umask leaves it.
  [[nodiscard]] static base::Result<Listener> open(base::Kernel& kernel,
                                                   const base::Address& address,
                                                   std::optional<unsigned> mode = std::nullopt);
  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = default;
  ~Listener() { close(); }

  [[nodiscard]] int fd() const { return descriptor_.fd(); }
  /// With the port that the system chose when 0 was asked for.
  [[nodiscard]] const base::Address& address() const { return address_; }
  void close();

 private:
  Listener(base::Descriptor descriptor, base::Address address)
      : descriptor_(std::move(descriptor)), address_(std::move(address)) {}

  base::Descriptor descriptor_;
  base::Address address_;
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
  bool watching_ = false;
  base::Duration next_rest_;
};

}  // namespace mastic::net
