// Facts that streams know about a connection besides its bytes: from TLS, and from a proxy.

#pragma once

#include <optional>
#include <string>

#include "mastic/base/ip_address.h"

namespace mastic::net {

/// Facts about a connection, as plain values. When streams are stacked, each stream copies the
/// facts of the stream below it, so the outermost stream has all facts. A string is empty when
/// there is no value.
struct ConnectionFacts {
  // From TLS.
  std::string tls_version;         ///< the usual spelling: `TLSv1.3`
  std::string cipher_suite;        ///< in IANA's spelling: `TLS_AES_128_GCM_SHA256`
  std::string server_name;         ///< the host that the client asked for (SNI, RFC 6066 §3)
  std::string protocol;            ///< negotiated protocol: `h2`, `http/1.1` (ALPN, RFC 7301)
  std::string client_certificate;  ///< DER encoding of the client's verified certificate

  // From a proxy's preamble: the client for which the proxy connected, and the address to which
  // that client had connected.
  std::optional<base::Endpoint> proxied_client;
  std::optional<base::Endpoint> proxied_server;
};

}  // namespace mastic::net
