// The interface of a protocol for the exchanges that it carries.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "mastic/app/response.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::server {

/// The protocol of an exchange: the exchange pulls the content of its request from the sink, and
/// writes its answer to the sink. A sink is an HTTP/1 connection, or one stream of a connection
/// that carries several streams. Used on the loop.
///
/// The sink may let go of the exchange (Exchange::abandon) in any of these calls. The exchange
/// still outlives the call: an exchange is destroyed only when none of its functions is on the
/// stack (Exchange::Frame).
class ResponseSink {
 public:
  /// Asks for a piece of content. The sink calls Exchange::content_arrived, content_ended or
  /// content_failed, during this call or later.
  virtual void content_wanted() noexcept = 0;
  /// Withdraws the request for a piece of content (content_wanted): Exchange::content_arrived must
  /// not be called.
  virtual void content_unwanted() noexcept = 0;
  /// Sends an interim response. If there is no memory for it, the sink lets go of the exchange.
  virtual void send_interim(http::Status status, const http::Fields& fields) noexcept = 0;

  /// What the exchange does next for its answer.
  enum class Next {
    Written,  ///< the whole answer is written: the exchange calls response_written
    Produce,  ///< the exchange pulls more content for send_piece, and then calls end_content
    Gone,     ///< nothing: the sink has let go of the exchange, or will when the answer is aborted
  };
  /// Writes the head, and the content as far as it is available. May take parts out of `response`.
  [[nodiscard]] virtual Next respond(app::Response& response) noexcept = 0;
  /// Writes one more piece: a copy of it, or, if `owner` keeps a large piece alive, the piece
  /// itself. Returns Written if the piece exceeds the announced length; the excess is dropped.
  [[nodiscard]] virtual Next send_piece(std::string_view piece,
                                        std::shared_ptr<const void> owner) noexcept = 0;
  /// Ends the content, and sends `trailers` after it if the protocol can. Returns Gone if the
  /// content is shorter than announced; then the answer is aborted.
  [[nodiscard]] virtual Next end_content(http::FieldsView trailers) noexcept = 0;
  /// Aborts the answer, because its content cannot be completed and the client must not take the
  /// answer for complete. The sink lets go of the exchange, during this call or when what was written
  /// has left.
  virtual void abort_response() noexcept = 0;
  /// Whether more content may be produced. After a false, the sink calls Exchange::room_again when
  /// bytes have left.
  [[nodiscard]] virtual bool has_room() const noexcept = 0;
  /// Whether written bytes have not left yet. Exchange::room_again is called when bytes have left.
  [[nodiscard]] virtual bool has_unsent() const noexcept = 0;

  /// What the exchange does when its answer is written.
  enum class After {
    Ends,   ///< the exchange ends: the answer has left, or need not be waited for
    Waits,  ///< the exchange waits for all_sent or abandon, which may have been called already
  };
  /// Called when the whole answer is written. The sink continues with the next request, if there is
  /// one.
  [[nodiscard]] virtual After response_written() noexcept = 0;
  /// Called when the application is not waited for any longer. The sink answers 503 in the
  /// application's place, or aborts an answer that `has_begun`, and lets go of the exchange.
  virtual void exchange_cancelled(bool has_begun) noexcept = 0;

 protected:
  ~ResponseSink() = default;
};

}  // namespace mastic::server
