// Writes a response to a stream in HTTP/1: framing, head, content. RFC 9112 §6.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mastic/app/response.h"
#include "mastic/base/log.h"
#include "mastic/http/method.h"
#include "mastic/http/version.h"
#include "mastic/net/stream.h"
#include "mastic/wire/http1/framing.h"

namespace mastic::server {

/// What a response depends on besides itself.
struct ResponseTerms {
  http::Method method = http::Method::Get;
  http::Version version = http::Version::Http11;
  bool close = false;          ///< the connection ends after the response
  std::string_view date_line;  ///< written unless the response has a Date field
  std::string_view upgrade;    ///< the protocol that 101 changes to, or that 426 asks for
};

/// Writes one response at a time. Framing is decided here and nowhere else: by length if the length
/// is known or the handler has announced one, otherwise by chunks, and for HTTP/1.0 by the end of
/// the connection. A response to HEAD, or with a status that has no content, is written without
/// content, whatever the handler returned.
class Http1ResponseWriter {
 public:
  /// What the caller does after `start`.
  enum class Next {
    Nothing,  ///< the response is written
    Produce,  ///< pull the body, and pass its pieces to write_piece
  };
  /// Writes the head, and the content if it is available. Small content is copied, larger content
  /// is borrowed until it has left, and files are sent by the stream. Fields that a handler must
  /// not set are dropped; other mistakes of the handler are corrected and logged. Throws
  /// std::bad_alloc.
  [[nodiscard]] Next start(net::Stream& stream, app::Response& response, const ResponseTerms& terms,
                           base::Log& log);
  /// Whether the end of the connection will frame the response, because its length is not known and
  /// the client speaks HTTP/1.0. Then ResponseTerms::close must be set.
  [[nodiscard]] static bool ends_by_closing(const app::Response& response, http::Version version) {
    return version == http::Version::Http10 && !knows_length(response);
  }

  /// Writes one more piece of the content. A large piece that `owner` keeps alive is not copied.
  /// Returns false when the announced length is exceeded; the excess is dropped and logged.
  [[nodiscard]] bool write_piece(net::Stream& stream, std::string_view piece,
                                 std::shared_ptr<const void> owner, base::Log& log);
  /// Ends the content. The fields in `trailers` follow it if the response is chunked; otherwise they
  /// are left out. Returns false when the content is shorter than announced; then the caller
  /// has to abort the connection.
  [[nodiscard]] bool end(net::Stream& stream, http::FieldsView trailers, base::Log& log);

  /// Whether the stream has borrowed bytes of the response. Then the response must live until these
  /// bytes have left.
  [[nodiscard]] bool borrows() const { return borrows_; }
  /// How many bytes of content were written.
  [[nodiscard]] std::uint64_t content_bytes() const { return content_bytes_; }

 private:
  [[nodiscard]] static bool knows_length(const app::Response& response);

  wire::http1::Framing::Kind framing_ = wire::http1::Framing::Kind::None;
  std::uint64_t promised_ = 0;  ///< bytes of the announced length that are still to be written
  std::uint64_t content_bytes_ = 0;
  bool borrows_ = false;
};

}  // namespace mastic::server
