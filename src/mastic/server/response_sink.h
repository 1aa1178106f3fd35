// The interface of a protocol for the exchanges that it carries.

#pragma once

#include <string_view>

#include "mastic/app/response.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::server {

/// The protocol of an exchange: the exchange pulls the content of its request from it, and writes
/// its answer to it. It is an HTTP/1 connection, or one stream of a connection that carries
/// several. Used on the loop.
///
/// The sink may let go of the exchange (Exchange::abandon) in any of these calls. The exchange
/// still outlives the call: it is destroyed when none of its functions is on the stack
/// (Exchange::Frame).
class ResponseSink {
 public:
  /// Asks for a piece of content. The sink calls Exchange::content_arrived, content_ended or
  /// content_failed, during this call or later.
  virtual void content_wanted() noexcept = 0;
  /// Withdraws that: Exchange::content_arrived must not be called.
  virtual void content_unwanted() noexcept = 0;
  /// Sends an interim response. Without memory for it, the sink lets go.
  virtual void send_interim(http::Status status, const http::Fields& fields) noexcept = 0;

  /// What the exchange does next for its answer.
  enum class Next {
    Written,  ///< the whole answer is written: it calls response_written
    Produce,  ///< it pulls more content, and passes it to send_piece and end_content
    Gone,     ///< nothing: the sink has let go of the exchange
  };
  /// Writes the head, and the content as far as it is available. May take parts out of `response`.
  [[nodiscard]] virtual Next respond(app::Response& response) noexcept = 0;
  /// Writes one more piece. Returns Written when it exceeds the announced length; the excess is
  /// dropped.
  [[nodiscard]] virtual Next send_piece(std::string_view piece) noexcept = 0;
  /// Ends the content. Returns Gone when it is shorter than announced and the answer was aborted.
  [[nodiscard]] virtual Next end_content() noexcept = 0;
  /// Aborts the answer, because its content cannot be completed and the client must not take it for
  /// complete. The sink lets go.
  virtual void abort_response() noexcept = 0;
  /// Whether more content may be produced. After it was false, the sink calls Exchange::room_again.
  [[nodiscard]] virtual bool has_room() const noexcept = 0;

  /// What the exchange does when its answer is written.
  enum class After {
    Ends,   ///< it ends: the answer has left, or the exchange need not wait for that
    Waits,  ///< it waits for Exchange::all_sent or abandon, which may have been called already
  };
  /// Called when the whole answer is written. The sink continues with the next request, if there is
  /// one.
  [[nodiscard]] virtual After response_written() noexcept = 0;
  /// Called when the application is not waited for any longer. The sink answers 503 in its place,
  /// or aborts an answer that `has_begun`, and lets go.
  virtual void exchange_cancelled(bool has_begun) noexcept = 0;

 protected:
  ~ResponseSink() = default;
};

}  // namespace mastic::server
