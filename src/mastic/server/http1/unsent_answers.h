// Answers of a connection that are written and have not left yet.

#pragma once

#include <cstdint>
#include <utility>

#include "mastic/server/http1/http1_request.h"

namespace mastic::server {

/// Answers that are written and have not left, in the order of their requests, which is also the
/// order in which they leave. A request is kept only if its exchange waits for the answer to leave,
/// because the stream has borrowed bytes of the answer, or finishers have to be called. All other
/// answers are only counted.
///
/// all_left, abandon and out_of_time may end exchanges, and destroy their requests.
class UnsentAnswers {
 public:
  UnsentAnswers() = default;
  UnsentAnswers(const UnsentAnswers&) = delete;
  UnsentAnswers& operator=(const UnsentAnswers&) = delete;

  /// How many answers have been written since everything last had left.
  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// Whether everything has left.
  [[nodiscard]] bool empty() const { return count_ == 0; }

  /// Counts an answer that was written.
  void count_one() { ++count_; }
  /// Keeps `request`, whose answer was counted, until the answer has left.
  void keep(Http1Request& request) {
    (first_ == nullptr ? first_ : last_->next_unsent) = &request;
    last_ = &request;
  }
  /// Says that the stream has nothing left to send.
  void all_left() noexcept {
    count_ = 0;
    while (first_ != nullptr) next().all_sent();
  }
  /// Says that the connection is lost, with `unsent` bytes that have not left.
  void abandon(std::uint64_t unsent) noexcept {
    count_ = 0;
    while (first_ != nullptr) next().abandon(unsent);
  }
  /// Says that the client reads too slowly. `abandon` follows.
  void out_of_time() noexcept {
    for (Http1Request* at = first_; at != nullptr; at = at->next_unsent) at->exchange.out_of_time();
  }
  /// How many bytes of memory the exchanges of the kept requests hold.
  [[nodiscard]] std::uint64_t held_bytes() const {
    std::uint64_t bytes = 0;
    for (Http1Request* at = first_; at != nullptr; at = at->next_unsent) {
      bytes += at->exchange.held_bytes();
    }
    return bytes;
  }

 private:
  /// Removes the first request from the list before its exchange is called, because that call may
  /// destroy the request.
  Exchange& next() { return std::exchange(first_, first_->next_unsent)->exchange; }

  Http1Request* first_ = nullptr;
  Http1Request* last_ = nullptr;
  std::uint32_t count_ = 0;
};

}  // namespace mastic::server
