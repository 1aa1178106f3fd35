// The end of a turn: what gathers over a turn of a loop passes it on in one piece.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mastic/base/assert.h"

namespace mastic::loop {

/// Who is told before whom. What one rank passes on, a higher one may gather again: a message becomes
/// frames, frames become records, records become bytes in the loop's outbox, which is the last.
enum class TurnEndRank : std::uint8_t {
  Topics,    ///< what was published, for each subscriber
  Messages,  ///< of a WebSocket
  Frames,    ///< of the streams of one connection, such as HTTP/2's
  Records,   ///< of a stream that transforms bytes, such as TLS's
};

/// A place in a ring of listeners of one rank; alone in its ring, it waits for nothing.
class TurnEndLink {
 public:
  TurnEndLink() = default;
  TurnEndLink(const TurnEndLink&) = delete;
  TurnEndLink& operator=(const TurnEndLink&) = delete;
  [[nodiscard]] bool waits_for_turn_end() const { return next_ != this; }

 protected:
  ~TurnEndLink() { unlink(); }

 private:
  friend class TurnEnd;
  void unlink() noexcept {
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = this;
  }

  TurnEndLink* next_ = this;
  TurnEndLink* previous_ = this;
};

/// Is told when the turn ends, if it was added in it (Loop::tell_at_turn_end). Intrusive: adding it
/// takes no memory. It may be destroyed at any time, and is then told no more.
class TurnEndListener : public TurnEndLink {
 public:
  /// On the loop, outside of user code, before what was written is sent. It may add listeners of
  /// higher ranks, and no others: then everything is told once, and all of it leaves in this turn.
  virtual void turn_ends() noexcept = 0;

  [[nodiscard]] TurnEndRank rank() const { return rank_; }

 protected:
  explicit TurnEndListener(TurnEndRank rank) : rank_(rank) {}
  ~TurnEndListener() = default;

 private:
  const TurnEndRank rank_;
};

/// Those that a loop will tell. A turn in which none is added costs one comparison.
class TurnEnd {
 public:
  TurnEnd() = default;
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;
  ~TurnEnd();

  /// Once, however often it is added before it is told. Requires: while one is told, a higher rank.
  void add(TurnEndListener& listener) noexcept;
  /// Tells them all, by rank, and within a rank in the order they were added.
  void tell() noexcept {
    if (ranks_ != 0) [[unlikely]]
      tell_all();
  }

 private:
  static constexpr std::size_t kRanks = 4;
  struct Head final : TurnEndLink {};

  void tell_all() noexcept;

  std::uint8_t ranks_ = 0;  ///< bits: those that may have somebody waiting
  std::uint8_t least_ = 0;  ///< that may be added: all, but while one is told
  std::array<Head, kRanks> heads_;
};

}  // namespace mastic::loop
