// A request that is passed to an exchange of a server without a connection and without HTTP.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/http/request_head.h"
#include "mastic/server/exchange.h"
#include "mastic/server/response_sink.h"
#include "mastic/server/shard_services.h"
#include "mastic/testing/test_request.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {

/// One request and its answer, in one page of the shard. The exchange is that of a server, so
/// on_finish hooks, stop tokens, deadlines and produced content work as they do there; only the
/// protocol is missing. Content is passed when the application asks for it, as by a client that sends
/// it after the head.
///
/// The call has two holders: the test, and the exchange until it is over. It is destroyed when both
/// have let go.
class DirectCall final : private server::ResponseSink {
 public:
  /// Passes `request`, which may be destroyed after this call, to the application.
  [[nodiscard]] static DirectCall& begin(server::ShardServices& shard, const TestRequest& request,
                                         const base::Endpoint& peer);
  /// Whether the answer is complete, or there will be none.
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  /// The answer so far: its status and fields, once they have come.
  [[nodiscard]] const TestResponse& begun() const { return response_; }
  /// Takes the answer. Throws std::logic_error when the application has aborted it. Requires:
  /// has_ended().
  [[nodiscard]] TestResponse take();
  /// The test is done with the call. An exchange in progress is abandoned.
  void let_go();

 private:
  DirectCall(server::ShardServices& shard, std::span<std::byte> page);
  ~DirectCall() = default;
  void start(const TestRequest& request, const base::Endpoint& peer);
  void release();
  void answer_itself(http::Status status);

  // ResponseSink.
  void content_wanted() noexcept override;
  void content_unwanted() noexcept override {}
  void send_interim(http::Status status, const http::Fields& fields) noexcept override;
  [[nodiscard]] Next respond(app::Response& response) noexcept override;
  [[nodiscard]] Next send_piece(std::string_view piece,
                                std::shared_ptr<const void> owner) noexcept override;
  [[nodiscard]] Next end_content(http::FieldsView trailers) noexcept override;
  void abort_response() noexcept override;
  [[nodiscard]] bool has_room() const noexcept override { return true; }
  [[nodiscard]] bool has_unsent() const noexcept override { return false; }
  [[nodiscard]] After response_written() noexcept override;
  void exchange_cancelled(bool has_begun) noexcept override;

  server::ShardServices& shard_;
  base::Arena memory_;
  http::Fields fields_;
  http::RequestHead head_;
  std::string content_;
  std::size_t content_passed_ = 0;
  TestResponse response_;
  std::optional<std::uint64_t> promised_;  ///< the announced length of content that is produced
  std::string fault_;                      ///< why there is no complete answer
  bool is_aborted_ = false;                ///< by the application
  bool has_ended_ = false;
  bool exchange_is_over_ = false;
  int holders_ = 1;
  server::Exchange exchange_;
};

}  // namespace mastic::testing
