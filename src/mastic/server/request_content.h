// The content of a request, from which its application pulls pieces.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mastic/app/body.h"
#include "mastic/app/exchange_context.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"
#include "mastic/server/response_sink.h"

namespace mastic::server {

/// Connects an application that pulls pieces of content with a protocol that gets them from the
/// client. Used on the loop, except that the application calls `next` of the body.
///
/// 1. One piece is pulled at a time. The protocol passes a piece only after it was asked for a
///    piece (content_wanted).
/// 2. An end or a failure is permanent: later pulls get it too.
class RequestContent {
 public:
  /// `sink` is the protocol. If `let_go` is never called, `sink` must outlive this object.
  explicit RequestContent(ResponseSink& sink) : sink_(&sink) {}

  /// Returns a body that pulls from this object, which must outlive the body. `size` is the size of
  /// the content, if the size is known. What is kept of the content is counted by `exchange`.
  [[nodiscard]] app::Body make_body(std::optional<std::uint64_t> size,
                                    app::ExchangeContext& exchange);

  // ---- called by the protocol ----

  /// Passes a piece, which is copied. Requires: a piece is wanted.
  void arrived(std::string_view piece);
  /// Says that the content is complete. `trailers`, its trailer fields, must outlive this object.
  void ended(http::FieldsView trailers) noexcept;
  /// Says that the content will not be complete. `reason` is a literal, for the client and the log.
  void failed(http::Status status, std::string_view reason) noexcept;
  /// The trailer fields, after `ended`.
  [[nodiscard]] http::FieldsView trailers() const { return trailers_; }
  /// Says that the sink is gone: it is not called any more.
  void let_go() noexcept { sink_ = nullptr; }

 private:
  class Read;
  class Source;
  struct Fault {
    http::Status status;
    std::string_view reason;
  };

  ResponseSink* sink_;
  Read* reading_ = nullptr;  ///< the operation that waits for the next piece, or null
  bool ended_ = false;
  http::FieldsView trailers_;
  std::optional<Fault> fault_;
};

}  // namespace mastic::server
