// The content of a request, as its application pulls it.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mastic/app/body.h"
#include "mastic/http/status.h"
#include "mastic/server/response_sink.h"

namespace mastic::server {

/// Stands between an application that pulls pieces and a protocol that has them when the client
/// sends them. On the loop, but for the body's own `next`.
///
/// 1. One piece is pulled at a time; the protocol gives one only when it was asked
///    (content_wanted).
/// 2. What ended or failed stays so: whoever pulls later hears of it too.
class RequestContent {
 public:
  explicit RequestContent(ResponseSink& sink) : sink_(&sink) {}

  /// A body that pulls from here, which must outlive it. `size` is known or not.
  [[nodiscard]] app::Body make_body(std::optional<std::uint64_t> size);

  // ---- from the protocol ----

  /// Requires: a piece is wanted.
  void arrived(std::string_view piece);
  void ended() noexcept;
  /// `reason` is a literal, for the client and the log.
  void failed(http::Status status, std::string_view reason) noexcept;
  /// The sink has let go: it is asked for nothing more.
  void let_go() noexcept { sink_ = nullptr; }

 private:
  class Read;
  class Source;
  struct Fault {
    http::Status status;
    std::string_view reason;
  };

  ResponseSink* sink_;
  Read* reading_ = nullptr;  ///< what waits for the next piece
  bool ended_ = false;
  std::optional<Fault> fault_;
};

}  // namespace mastic::server
