// What becomes of a connection after an answer 101.

#pragma once

#include <memory>
#include <string_view>

namespace mastic::net {
class Protocol;
class ProtocolHost;
}  // namespace mastic::net

namespace mastic::app {

/// The protocol that a request's connection goes on with (RFC 9110 §7.8). A Response carries it,
/// and the server performs it: an application makes one and returns it, and knows neither streams
/// nor servers. Who implements it knows `net`, whose classes are only named here.
class Upgrade {
 public:
  Upgrade() = default;
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;
  /// Runs on the loop and must not block, wherever the connection ends.
  virtual ~Upgrade() = default;

  /// The protocol as the field Upgrade names it, "websocket" say; lives as long as this object.
  [[nodiscard]] virtual std::string_view protocol() const = 0;
  /// Makes what speaks the protocol over the connection that `host` keeps. Called at most once, on
  /// the loop, when the answer 101 and all before it have left and nothing of the request is under
  /// way any more. Started next (net::Protocol::start), it then receives what the client has sent
  /// after its request. May throw std::bad_alloc, which aborts the connection.
  [[nodiscard]] virtual std::unique_ptr<net::Protocol> open(net::ProtocolHost& host) = 0;
};

}  // namespace mastic::app
