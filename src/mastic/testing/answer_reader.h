// Reads one answer from a connection, piece by piece, while a test waits for anything.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/http/method.h"
#include "mastic/testing/carrier.h"
#include "mastic/testing/test_response.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::testing {

/// A call that waits for a whole answer takes at most so many bytes of content, so that an answer
/// without an end does not fill the memory.
constexpr std::size_t kMaxAnswerBytes = std::size_t{256} << 20;
/// What a message says about more.
constexpr std::string_view kTooMuchContent =
    "the answer has more than 256 MiB of content; take it piece by piece, with TestStream::read";

/// What a message says about an endless answer with these fields, if it is a stream of events.
[[nodiscard]] std::string remedy_for_events(const http::Fields& fields);

/// An answer that comes over a connection. It stays where it is, because the parser refers to its
/// memory.
class AnswerReader final : private TurnWatcher {
 public:
  /// Calls `take_piece` with each piece of the content; what that leaves belongs to `response().text`
  /// if `take_piece` returns false. All arguments must outlive the reader.
  AnswerReader(Carrier& carrier, ClientEnd& end, http::Method method,
               std::function<bool(std::string_view piece)> take_piece);
  ~AnswerReader() {
    if (!life_.expired()) carrier_.remove(*this);
  }

  /// What has come so far: status and fields once there is a head.
  [[nodiscard]] TestResponse& response() { return response_; }
  [[nodiscard]] bool has_head() const { return has_head_; }
  /// Whether nothing more belongs to the answer: it is complete, or the connection has ended.
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  /// Whether the answer came to its end.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  /// Whether the server keeps the connection open after the answer. Requires: has_head().
  [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }
  /// How many bytes have come.
  [[nodiscard]] std::uint64_t bytes() const { return end_.came - came_before_; }
  /// Regards the answer as ended.
  void stop() { has_ended_ = true; }
  [[nodiscard]] ClientEnd& end() { return end_; }

  /// Waits until `done` returns true. Throws std::logic_error when `what` does not come, and when
  /// the answer is not HTTP; the message says what has come.
  void wait_for(const std::function<bool()>& done, std::string_view what);
  /// Waits like that. Also throws std::logic_error for an error in the log that the test does not
  /// expect.
  void wait_and_check(const std::function<bool()>& done, std::string_view what) {
    wait_for(done, what);
    carrier_.check_errors();
  }

 private:
  void turn_ended() override;
  /// Returns whether there may be more in the input.
  bool take(const wire::http1::ResponseParser::Event& event);

  Carrier& carrier_;
  const std::weak_ptr<const void> life_ = carrier_.life();
  ClientEnd& end_;
  const std::function<bool(std::string_view)> take_piece_;
  // A stream of events that has nothing but heartbeats for a day is almost only framing.
  const wire::http1::Limits limits_{.max_chunk_overhead_bytes = std::uint64_t{1} << 40};
  const http::Method method_;
  base::Arena memory_;
  std::optional<wire::http1::ResponseParser> parser_;
  TestResponse response_;
  bool has_head_ = false;
  bool has_ended_ = false;
  bool is_complete_ = false;
  bool keeps_alive_ = false;
  const std::uint64_t came_before_;  ///< what had come over the connection before this answer
  std::string first_bytes_;          ///< for messages
  std::string fault_;
};

}  // namespace mastic::testing
