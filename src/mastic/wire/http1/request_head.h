// Parses and checks the head of a request. RFC 9112 §3 and §6, RFC 9110 §7.2.

#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/request_head.h"
#include "mastic/wire/http1/framing.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// A parsed head. Its views point into the text that was parsed and into the entries given to the
/// parser.
struct RequestHead : http::RequestHead {
  Framing framing;
  bool keep_alive = true;         ///< the client may send another request on this connection
  bool expects_continue = false;  ///< the client waits for 100 before it sends the content
  bool asks_for_upgrade = false;  ///< the client offers to change to a protocol named in Upgrade
};

/// Parses a whole head, including the empty line, into `parsed`, which must be new. `entries` has
/// one element for each field line, as HeadScanner counted them; the first line begins at byte
/// `fields_start`.
///
/// Fails for everything that RFC 9112 forbids, and for everything that two readers could frame in
/// two ways: a Content-Length that is repeated, a list, or together with Transfer-Encoding; a
/// Transfer-Encoding other than a single `chunked`; a Host that is missing, repeated or not an
/// authority.
[[nodiscard]] Read<void> parse_request_head(std::string_view head, std::size_t fields_start,
                                            std::span<http::FieldEntry> entries,
                                            RequestHead& parsed);

/// Whether `text` may be the beginning of a request. A reader can thus refuse another protocol at
/// its first bytes.
[[nodiscard]] bool may_begin_request(std::string_view text);

}  // namespace mastic::wire::http1
