#include "mastic/wire/http1/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "mastic/base/text.h"

namespace mastic::wire::http1 {
namespace {

using base::put;

constexpr std::size_t kMostFixedBytes = 256;  // all literals, a status line and a length together

char* put_decimal(char* at, std::uint64_t number) { return std::to_chars(at, at + 20, number).ptr; }

char* put_status_line(char* at, http::Status status) {
  if (status == http::Status::Ok) return put(at, "HTTP/1.1 200 OK\r\n");
  at = put(at, "HTTP/1.1 ");
  at = put_decimal(at, http::code(status));
  at = put(at, " ");
  at = put(at, http::reason_phrase(status));
  return put(at, "\r\n");
}

char* put_field(char* at, std::string_view name_and_colon, std::string_view value) {
  if (value.empty()) return at;
  at = put(at, name_and_colon);
  at = put(at, value);
  return put(at, "\r\n");
}

char* put_framing(char* at, const Framing& framing) {
  if (framing.kind == Framing::Kind::Chunked) return put(at, "Transfer-Encoding: chunked\r\n");
  if (framing.kind != Framing::Kind::Length) return at;
  at = put(at, "Content-Length: ");
  at = put_decimal(at, framing.length);
  return put(at, "\r\n");
}

}  // namespace

std::size_t response_head_bound(const ResponseHead& head) {
  return kMostFixedBytes + head.field_lines.size() + head.date.size();
}

char* write_response_head(char* at, const ResponseHead& head) {
  at = put_status_line(at, head.status);
  at = put_field(at, "Date: ", head.date);
  at = put_framing(at, head.framing);
  if (head.close) at = put(at, "Connection: close\r\n");
  if (head.keep_alive) at = put(at, "Connection: keep-alive\r\n");
  at = put(at, head.field_lines);
  return put(at, "\r\n");
}

std::string_view continue_response() { return "HTTP/1.1 100 Continue\r\n\r\n"; }

}  // namespace mastic::wire::http1
