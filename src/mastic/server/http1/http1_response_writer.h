// Writes a response to a stream as HTTP/1 wants it: framing, head, content. RFC 9112 §6.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mastic/app/response.h"
#include "mastic/base/log.h"
#include "mastic/http/method.h"
#include "mastic/http/version.h"
#include "mastic/net/stream.h"
#include "mastic/wire/http1/framing.h"

namespace mastic::server {

/// What of its request shapes a response.
struct ResponseTerms {
  http::Method method = http::Method::Get;
  http::Version version = http::Version::Http11;
  bool close = false;          ///< the connection ends after it
  std::string_view date_line;  ///< unless the response has a Date of its own
  std::string_view upgrade;    ///< the protocol that follows 101, or that 426 asks for
};

/// Writes one response at a time. Framing is decided here and nowhere else: by length when that is
/// known or was promised, by chunks when it is not, and by the end of the connection for HTTP/1.0.
/// Answers to HEAD and of a status without content have none, whatever the handler returned.
class Http1ResponseWriter {
 public:
  enum class Next {
    Nothing,  ///< the response is written
    Produce,  ///< its body has to be pulled and given to write_piece
  };
  /// Writes the head, and the content when it is at hand: small bytes copied, larger ones borrowed
  /// until they have left, files by the stream. Fields that are not the handler's to set are
  /// dropped, and what it got wrong is mended and logged.
  [[nodiscard]] Next start(net::Stream& stream, app::Response& response, const ResponseTerms& terms,
                           base::Log& log);
  /// Whether `start` has to be told to close: a length that is not known, for HTTP/1.0.
  [[nodiscard]] static bool ends_by_closing(const app::Response& response, http::Version version) {
    return version == http::Version::Http10 && !knows_length(response);
  }

  /// False when that is all that was promised: what is over is dropped.
  [[nodiscard]] bool write_piece(net::Stream& stream, std::string_view piece, base::Log& log);
  /// False when fewer bytes came than were promised: the client has to see an aborted connection.
  [[nodiscard]] bool end(net::Stream& stream, base::Log& log);

  /// Whether what was written stands in the response, which has to stay until it has left.
  [[nodiscard]] bool borrows() const { return borrows_; }
  /// Bytes of content that were written.
  [[nodiscard]] std::uint64_t content_bytes() const { return content_bytes_; }

 private:
  [[nodiscard]] static bool knows_length(const app::Response& response);

  wire::http1::Framing::Kind framing_ = wire::http1::Framing::Kind::None;
  std::uint64_t promised_ = 0;
  std::uint64_t content_bytes_ = 0;
  bool borrows_ = false;
};

}  // namespace mastic::server
