// The end of a turn: objects that gather writes during a turn of a loop pass these writes on in one
// piece.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mastic/base/assert.h"

namespace mastic::loop {

/// The order in which listeners are called at the end of a turn. What a listener of one rank passes
/// on may be gathered by a listener of a higher rank: messages become frames, frames become
/// records, and records become bytes in the loop's outbox, which is sent last.
enum class TurnEndRank : std::uint8_t {
  Topics,    ///< published messages, for each subscriber
  Messages,  ///< messages of a WebSocket
  Frames,    ///< frames of the streams of one connection, as in HTTP/2
  Records,   ///< records of a stream that transforms bytes, as in TLS
};

/// A node of an intrusive ring of listeners of one rank. A node that is alone in its ring is in no
/// list.
class TurnEndLink {
 public:
  TurnEndLink() = default;
  TurnEndLink(const TurnEndLink&) = delete;
  TurnEndLink& operator=(const TurnEndLink&) = delete;
  /// Whether this listener was added and has not been called yet.
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

/// An object that is called once, at the end of the turn in which it was added
/// (Loop::tell_at_turn_end). The list is intrusive, so adding allocates nothing. A listener may be
/// destroyed at any time, and then leaves the list.
class TurnEndListener : public TurnEndLink {
 public:
  /// Called on the loop, outside of user code, before the turn's writes are sent. `turn_ends` may
  /// only add listeners of higher ranks. So every listener is called once, and everything that was
  /// gathered leaves in this turn.
  virtual void turn_ends() noexcept = 0;

  /// The rank of this listener, which is called after the listeners of lower ranks.
  [[nodiscard]] TurnEndRank rank() const { return rank_; }

 protected:
  explicit TurnEndListener(TurnEndRank rank) : rank_(rank) {}
  ~TurnEndListener() = default;

 private:
  const TurnEndRank rank_;
};

/// The listeners that a loop will call at the end of the turn. A turn without listeners costs one
/// comparison.
class TurnEnd {
 public:
  TurnEnd() = default;
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;
  ~TurnEnd();

  /// Adds `listener`; does nothing if `listener` waits already. Requires: during a call of
  /// `turn_ends`, the rank of `listener` is higher than the rank of the listener that is being
  /// called.
  void add(TurnEndListener& listener) noexcept;
  /// Calls all listeners by rank, and within a rank in the order in which they were added.
  void tell() noexcept {
    if (ranks_ != 0) [[unlikely]]
      tell_all();
  }

 private:
  static constexpr std::size_t kRanks = 4;
  struct Head final : TurnEndLink {};

  void tell_all() noexcept;

  std::uint8_t ranks_ = 0;  ///< bit n: rank n may have listeners
  std::uint8_t least_ = 0;  ///< the lowest rank that may be added now; 0 outside of `tell`
  std::array<Head, kRanks> heads_;
};

}  // namespace mastic::loop
