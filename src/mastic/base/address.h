// Where a server listens: 127.0.0.1:8080, [::1]:8080, unix:/run/site.sock, fd:3.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/base/result.h"

namespace mastic::base {

/// An IP address with a port, the path of a Unix socket, or the descriptor of a listening socket
/// that this process was started with. The address of such an inherited socket is known only to the
/// socket itself.
///
/// Each kind has only its own member: an IP address has an endpoint, a Unix socket a path, an
/// inherited socket a descriptor.
class Address {
 public:
  /// The address of a host and a port.
  explicit Address(Endpoint endpoint) : endpoint_(endpoint) {}
  /// The address of the Unix socket at `path`, which is not checked.
  static Address unix_socket(std::string path);
  /// The address of a listening socket that this process was started with.
  static Address inherited(int descriptor);

  /// Reads `HOST:PORT`, `[V6]:PORT`, `:PORT` (all IPv4 addresses), `unix:PATH` or `fd:NUMBER`. HOST
  /// is an address or `localhost`; names are not looked up. Fails with a message that shows the
  /// forms.
  [[nodiscard]] static Result<Address> parse(std::string_view text);

  /// Whether this is the address of a Unix socket.
  [[nodiscard]] bool is_unix() const { return !path_.empty(); }
  /// Whether this is a socket that this process was started with.
  [[nodiscard]] bool is_inherited() const { return descriptor_ >= 0; }
  /// Whether the address itself shows that only this machine can reach it; false for an inherited
  /// socket, whose address is not known here.
  [[nodiscard]] bool is_local() const { return is_unix() || endpoint_.ip.is_loopback(); }
  /// The host and port of an IP address; empty for every other kind.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  /// The path of a Unix socket; empty for every other kind.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The descriptor of an inherited socket; negative for every other kind.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// The text form that `parse` reads back.
  [[nodiscard]] std::string to_string() const;
  /// "http://127.0.0.1:8080/", "unix:PATH" or "fd:NUMBER": what a person may type or click.
  [[nodiscard]] std::string to_url() const;

 private:
  Endpoint endpoint_;
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace mastic::base
