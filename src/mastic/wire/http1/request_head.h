// The head of a request: what its lines say, checked. RFC 9112 §3 and §6, RFC 9110 §7.2.

#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/http/request_head.h"
#include "mastic/wire/http1/framing.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// Views into the text it was parsed from and into the entries given to the parser.
struct RequestHead : http::RequestHead {
  Framing framing;
  bool keep_alive = true;         ///< the client would send another request on this connection
  bool expects_continue = false;  ///< it waits for 100 before it sends the content
  bool asks_for_upgrade = false;  ///< the client would go on with a protocol that Upgrade names
};

/// Parses a whole head, empty line included, into a new `parsed`. `entries` has one element for
/// each field line, as HeadScanner counted them; the first begins at byte `fields_start`.
///
/// Fails for everything that RFC 9112 forbids and for what two readers could frame in two ways:
/// Content-Length beside Transfer-Encoding, repeated or as a list; a Transfer-Encoding other than
/// one `chunked`; a Host that is missing, repeated or no authority.
[[nodiscard]] Read<void> parse_request_head(std::string_view head, std::size_t fields_start,
                                            std::span<http::FieldEntry> entries,
                                            RequestHead& parsed);

/// Whether `text` may begin a request: lets a reader refuse another protocol at its first bytes.
[[nodiscard]] bool may_begin_request(std::string_view text);

}  // namespace mastic::wire::http1
