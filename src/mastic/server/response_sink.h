// The protocol, as the exchange that it carries sees it.

#pragma once

#include <string_view>

#include "mastic/app/response.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::server {

/// Where an exchange pulls the content of its request from, and what its answer is written to: an
/// HTTP/1 connection, or one stream of a connection that carries several. On the loop.
///
/// It may let go of the exchange (Exchange::abandon) in any of these calls. The exchange outlives
/// the call all the same: it ends when its own frames are left.
class ResponseSink {
 public:
  /// The application waits for content: Exchange::content_arrived or its kin follow, now or later.
  virtual void content_wanted() noexcept = 0;
  /// It waits no more: Exchange::content_arrived must not follow.
  virtual void content_unwanted() noexcept = 0;
  /// Sends an interim response; without memory for it, lets go.
  virtual void send_interim(http::Status status, const http::Fields& fields) noexcept = 0;

  /// How an answer goes on.
  enum class Next {
    Written,  ///< the whole answer is written: response_written comes next
    Produce,  ///< more content has to be pulled, and given to send_piece and end_content
    Gone,     ///< the sink has let go of the exchange
  };
  /// Writes the head and what is at hand of the content. May take parts out of `response`.
  [[nodiscard]] virtual Next respond(app::Response& response) noexcept = 0;
  /// Writes one more piece. Written: that was all that was promised.
  [[nodiscard]] virtual Next send_piece(std::string_view piece) noexcept = 0;
  /// All pieces were given. Gone when that is less than was promised: the response was aborted.
  [[nodiscard]] virtual Next end_content() noexcept = 0;
  /// The content cannot be had whole, and the client must not take it for that. Lets go.
  virtual void abort_response() noexcept = 0;
  /// False while the client is too far behind; Exchange::room_again follows.
  [[nodiscard]] virtual bool has_room() const noexcept = 0;

  /// What the exchange does once its answer is written.
  enum class After {
    Ends,   ///< the answer has left, or nobody waits for that
    Waits,  ///< Exchange::all_sent or Exchange::abandon follows, or came within the call
  };
  /// The whole answer is written. Goes on to the next request, if there is one.
  [[nodiscard]] virtual After response_written() noexcept = 0;
  /// The application is waited for no longer. Answers 503 in its place, or aborts an answer that
  /// `has_begun`, and lets go.
  virtual void exchange_cancelled(bool has_begun) noexcept = 0;

 protected:
  ~ResponseSink() = default;
};

}  // namespace mastic::server
