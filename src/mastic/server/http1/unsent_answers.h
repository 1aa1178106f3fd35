// Answers of a connection that are written and have not left.

#pragma once

#include <cstdint>
#include <utility>

#include "mastic/server/http1/http1_request.h"

namespace mastic::server {

/// In the order of their requests, so they leave in this order too. Only those are kept whose
/// exchange waits for that: it lends its bytes to the stream, or somebody wants to hear of the end.
/// All others are counted and no more.
///
/// Each call below may end exchanges, and with them their requests, whose memory is gone then.
class UnsentAnswers {
 public:
  UnsentAnswers() = default;
  UnsentAnswers(const UnsentAnswers&) = delete;
  UnsentAnswers& operator=(const UnsentAnswers&) = delete;

  /// Answers that were written since all had left.
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  void count_one() { ++count_; }
  /// Keeps `request`, which was counted, until its answer has left.
  void keep(Http1Request& request) {
    (first_ == nullptr ? first_ : last_->next_unsent) = &request;
    last_ = &request;
  }
  /// The stream has nothing left to send.
  void all_left() noexcept {
    count_ = 0;
    while (first_ != nullptr) next().all_sent();
  }
  /// The connection is lost, with `unsent` bytes.
  void abandon(std::uint64_t unsent) noexcept {
    count_ = 0;
    while (first_ != nullptr) next().abandon(unsent);
  }
  /// The client takes nothing: they are about to be abandoned for that.
  void out_of_time() noexcept {
    for (Http1Request* at = first_; at != nullptr; at = at->next_unsent) at->exchange.out_of_time();
  }
  /// What they keep in memory.
  [[nodiscard]] std::uint64_t held_bytes() const {
    std::uint64_t bytes = 0;
    for (Http1Request* at = first_; at != nullptr; at = at->next_unsent) {
      bytes += at->exchange.held_bytes();
    }
    return bytes;
  }

 private:
  /// Takes the first one out of the list before it is told anything, for it may be gone then.
  Exchange& next() { return std::exchange(first_, first_->next_unsent)->exchange; }

  Http1Request* first_ = nullptr;
  Http1Request* last_ = nullptr;
  std::uint32_t count_ = 0;
};

}  // namespace mastic::server
