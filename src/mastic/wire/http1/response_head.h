// The head of a response, written. RFC 9112 §4.

#pragma once

#include <cstdint>
#include <string_view>

#include "mastic/http/status.h"
#include "mastic/wire/http1/framing.h"

namespace mastic::wire::http1 {

/// What a server says before the content. Views must live until it is written.
struct ResponseHead {
  http::Status status = http::Status::Ok;
  /// Field lines, each `Name: value\r\n`; http::Fields::lines() has them. Not among them are those
  /// that the members below stand for.
  std::string_view field_lines;
  std::string_view date;    ///< the value of Date; none when empty
  Framing framing;          ///< None writes no field, Length 0 writes one
  bool close = false;       ///< Connection: close
  bool keep_alive = false;  ///< Connection: keep-alive, which HTTP/1.0 clients want to hear
};

/// How many bytes `write_response_head` will write at the most.
[[nodiscard]] std::size_t response_head_bound(const ResponseHead& head);

/// Writes status line, fields and empty line from `at` on; returns the end of what was written.
/// Requires: room for response_head_bound(head) bytes.
[[nodiscard]] char* write_response_head(char* at, const ResponseHead& head);

/// "HTTP/1.1 100 Continue\r\n\r\n"
[[nodiscard]] std::string_view continue_response();

}  // namespace mastic::wire::http1
