// What the streams below an application know of a connection, besides its bytes.

#pragma once

#include <optional>
#include <string>

#include "mastic/base/ip_address.h"

namespace mastic::net {

/// Plain values. The outermost of several streams that stand on each other has them all: it copies
/// those of the one that it stands on. A text is empty where the connection has no such thing.
struct ConnectionFacts {
  // From TLS.
  std::string tls_version;         ///< as the field spells it: `TLSv1.3`
  std::string cipher_suite;        ///< as IANA spells it: `TLS_AES_128_GCM_SHA256`
  std::string server_name;         ///< the host that the client asked for (SNI, RFC 6066 §3)
  std::string protocol;            ///< that both agreed on: `h2`, `http/1.1` (ALPN, RFC 7301)
  std::string client_certificate;  ///< that was asked for and verified: its DER encoding

  // From a proxy's preamble: whom the proxy speaks for, and where that client connected to.
  std::optional<base::Endpoint> proxied_client;
  std::optional<base::Endpoint> proxied_server;
};

}  // namespace mastic::net
