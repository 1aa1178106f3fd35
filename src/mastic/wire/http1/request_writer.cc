#include "mastic/wire/http1/request_writer.h"

#include "mastic/base/text.h"

namespace mastic::wire::http1 {

void append_request_head(std::string& out, std::string_view method, std::string_view target,
                         const http::Fields& fields, const Framing& framing) {
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n").append(fields.lines());
  if (framing.kind == Framing::Kind::Chunked) out += "Transfer-Encoding: chunked\r\n";
  if (framing.kind == Framing::Kind::Length) {
    out += "Content-Length: ";
    base::append_decimal(out, framing.length);
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace mastic::wire::http1
