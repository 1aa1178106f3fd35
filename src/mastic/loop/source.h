// Descriptors that a loop watches.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "mastic/base/assert.h"

namespace mastic::loop {

/// What a descriptor is ready for, or what one wants to hear of.
struct Readiness {
  bool readable = false;  ///< bytes, a connection to accept, or the end of the stream
  bool writable = false;
  bool failed = false;  ///< an error or a hang-up; heard of without being asked for
};

/// What a loop may destroy at the end of a turn (Loop::retire). Intrusive: retiring takes no
/// memory.
class Retirable {
 public:
  virtual ~Retirable() = default;

 protected:
  Retirable() = default;

 private:
  friend class Loop;
  Retirable* next_retired_ = nullptr;
};

/// Belongs to its loop from `Loop::keep` on, until it is retired or the loop ends.
class LoopOwned : public Retirable {
 public:
  LoopOwned(const LoopOwned&) = delete;
  LoopOwned& operator=(const LoopOwned&) = delete;
  ~LoopOwned() override {
    if (link_ == nullptr) return;
    *link_ = next_kept_;
    if (next_kept_ != nullptr) next_kept_->link_ = link_;
  }

 protected:
  LoopOwned() = default;

 private:
  friend class Loop;
  LoopOwned* next_kept_ = nullptr;
  LoopOwned** link_ = nullptr;  ///< what points to it
};

/// Something with a descriptor that a loop watches. Before it closes the descriptor, or passes it
/// on, it ends the watch (`Loop::unwatch`), for closing does so only when nobody else has the file
/// open, and a child that was just forked has (ADR 0015). Then it goes by `Loop::retire`: the loop
/// may still hold it for the rest of the turn. Requires of the destructor: it is not watched.
class Source : public Retirable {
 public:
  ~Source() override { MASTIC_ASSERT(!is_watched(), {"fd", fd_}); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// On the loop, outside of user code. Level-triggered: it is called again while it stays so.
  virtual void ready(Readiness readiness) noexcept = 0;

  /// Negative once it was closed.
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_watched() const { return slot_ != 0; }

 protected:
  explicit Source(int fd) : fd_(fd) {}
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  int fd_;

 private:
  friend class SourceTable;
  std::uint32_t slot_ = 0;  ///< 1 + its place in the loop's table of sources, or 0
};

/// A connected socket that takes part in the loop's batches.
class Socket : public Source {
 public:
  /// The result of a receive asked for with Loop::receive: `bytes` (which stay the loop's and are
  /// gone after this call), or none with `result` 0 at the end of the stream or -errno.
  virtual void received(ssize_t result, std::string_view bytes) noexcept = 0;
  /// The kernel did not take `bytes`; `number` says why, or is 0 when it took others before them.
  /// They are gone after this call. No socket of the loop has been told of this flush yet, so what is
  /// written from here on goes behind them. False when there is no memory to keep them.
  [[nodiscard]] virtual bool keep_unsent(std::string_view bytes, int number) noexcept = 0;
  /// The kernel took `taken` bytes and left `left` (keep_unsent), or took none and `number` says why.
  virtual void sent(std::size_t taken, std::size_t left, int number) noexcept = 0;

 protected:
  using Source::Source;

 private:
  friend class Outbox;
  std::uint32_t outbox_place_ = 0;  ///< 1 + its place among the outbox's segments, or 0
};

}  // namespace mastic::loop
