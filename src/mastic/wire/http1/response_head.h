// Writes the head of a response. RFC 9112 §4.

#pragma once

#include <cstdint>
#include <string_view>

#include "mastic/base/text.h"
#include "mastic/http/date.h"
#include "mastic/http/status.h"
#include "mastic/wire/http1/framing.h"

namespace mastic::wire::http1 {

/// The head of a response. Its views must live until the head is written.
struct ResponseHead {
  http::Status status = http::Status::Ok;
  /// Field lines, each `Name: value\r\n`, as http::Fields::lines() returns them. These lines must
  /// not contain the fields that the members below stand for.
  std::string_view field_lines;
  std::string_view date_line;  ///< `Date: value\r\n`, or empty
  Framing framing;             ///< None writes no field, Length 0 writes Content-Length: 0
  bool close = false;          ///< Connection: close
  bool keep_alive = false;     ///< Connection: keep-alive, for HTTP/1.0 clients
  std::string_view upgrade;    ///< a protocol for Upgrade, with Connection: upgrade; or empty
};

/// The maximum number of bytes that `write_response_head` writes.
[[nodiscard]] inline std::size_t response_head_bound(const ResponseHead& head) {
  constexpr std::size_t kMaxFixedBytes = 256;  // literals, a status line and a length together
  return kMaxFixedBytes + head.field_lines.size() + head.date_line.size() + head.upgrade.size();
}

/// Writes a status line from `at` on, and returns its end. write_response_head calls this function
/// unless the status is 200. Requires: room for the line, which response_head_bound includes.
[[nodiscard]] char* write_status_line(char* at, http::Status status);

/// Writes status line, fields and empty line from `at` on, and returns their end.
/// Requires: room for response_head_bound(head) bytes.
[[nodiscard]] inline char* write_response_head(char* at, const ResponseHead& head) {
  using base::put;
  const bool is_ok = head.status == http::Status::Ok;
  at = is_ok ? put(at, "HTTP/1.1 200 OK\r\n") : write_status_line(at, head.status);
  at = put(at, head.date_line);
  if (head.framing.kind == Framing::Kind::Length) {
    at = base::put_decimal(put(at, "Content-Length: "), head.framing.length);
    at = put(at, "\r\n");
  }
  if (head.framing.kind == Framing::Kind::Chunked) at = put(at, "Transfer-Encoding: chunked\r\n");
  if (head.close) at = put(at, "Connection: close\r\n");
  if (head.keep_alive) at = put(at, "Connection: keep-alive\r\n");
  if (!head.upgrade.empty()) [[unlikely]] {
    at = put(put(put(at, "Connection: upgrade\r\nUpgrade: "), head.upgrade), "\r\n");
  }
  at = put(at, head.field_lines);
  return put(at, "\r\n");
}

/// The size of a Date line: `Date: `, the date, CR LF.
inline constexpr std::size_t kDateLineBytes = http::kDateBytes + 8;
/// Writes the Date line for the second `unix_seconds`. Requires: room for kDateLineBytes at `at`.
void write_date_line(char* at, std::int64_t unix_seconds);

/// The interim response `100 Continue`, complete with its empty line.
[[nodiscard]] std::string_view continue_response();

}  // namespace mastic::wire::http1
