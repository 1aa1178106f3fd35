// What `mastic load` sends requests to: http://host:port/path, ws://host:port/path, or a Unix socket
// as `mastic serve` spells it, unix:/run/site.sock, here also with a path: unix:/run/site.sock:/path.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/result.h"

namespace mastic::load {

/// A server and a target of requests, as a URL names them.
struct Target {
  std::string host;           ///< a name or an address, without brackets; empty for a Unix socket
  std::string port;           ///< digits; empty for a Unix socket
  std::string unix_path;      ///< the path of a Unix socket, or empty
  std::string path = "/";     ///< the target of requests, with the query
  std::string authority;      ///< the value of the field Host
  bool is_websocket = false;  ///< the URL begins with ws:
};

/// Reads a URL. Fails with a message that says which part is wrong, and how it is written.
[[nodiscard]] base::Result<Target> parse_target(std::string_view url);

}  // namespace mastic::load
