// The protocol of a connection after an answer 101.

#pragma once

#include <memory>
#include <string_view>

namespace mastic::net {
class Protocol;
class ProtocolHost;
}  // namespace mastic::net

namespace mastic::app {

/// The protocol that a connection speaks after an upgrade (RFC 9110 §7.8). A Response carries it
/// and the server performs it, so an application that returns an Upgrade knows neither streams nor
/// servers. A class that implements Upgrade includes headers of `net`, whose classes are only
/// declared here.
class Upgrade {
 public:
  Upgrade() = default;
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;
  /// The destructor runs on the loop, whatever ends the connection, and must not block.
  virtual ~Upgrade() = default;

  /// The name of the protocol as in the field Upgrade, such as "websocket". It lives as long as
  /// this object.
  [[nodiscard]] virtual std::string_view protocol() const = 0;
  /// Makes the object that speaks the protocol over the connection that `host` keeps. Called at
  /// most once, on the loop, after the answer 101 and everything before it have been sent, when no
  /// code of the request runs any more. The server then starts the object (net::Protocol::start),
  /// which receives what the client has sent after its request. May throw std::bad_alloc, which
  /// aborts the connection.
  [[nodiscard]] virtual std::unique_ptr<net::Protocol> open(net::ProtocolHost& host) = 0;
};

}  // namespace mastic::app
