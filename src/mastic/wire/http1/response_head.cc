#include "mastic/wire/http1/response_head.h"

namespace mastic::wire::http1 {

using base::put;

char* write_status_line(char* at, http::Status status) {
  at = base::put_decimal(put(at, "HTTP/1.1 "), http::code(status));
  at = put(at, " ");
  at = put(at, http::reason_phrase(status));
  return put(at, "\r\n");
}

void write_date_line(char* at, std::int64_t unix_seconds) {
  at = put(at, "Date: ");
  http::write_date(at, unix_seconds);
  put(at + http::kDateBytes, "\r\n");
}

std::string_view continue_response() { return "HTTP/1.1 100 Continue\r\n\r\n"; }

}  // namespace mastic::wire::http1
