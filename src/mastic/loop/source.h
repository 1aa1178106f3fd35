// Descriptors that a loop watches.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "mastic/base/assert.h"

namespace mastic::loop {

/// What a descriptor is ready for, or what its source wants to be told of.
struct Readiness {
  bool readable = false;  ///< bytes, a connection to accept, or the end of the stream
  bool writable = false;  ///< room for bytes
  bool failed = false;    ///< an error or a hang-up; always reported
};

/// An object that a loop can destroy at the end of a turn (Loop::retire). The list is intrusive, so
/// retiring allocates nothing.
class Retirable {
 public:
  virtual ~Retirable() = default;

 protected:
  Retirable() = default;

 private:
  friend class Loop;
  Retirable* next_retired_ = nullptr;
};

/// An object that its loop owns from `Loop::keep` on, until the object is retired or the loop ends.
/// The object may also be deleted directly, and then leaves the loop's list.
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
  LoopOwned** link_ = nullptr;  ///< the pointer that points to this object
};

/// Something with a descriptor that a loop watches.
///
/// Before a source closes its descriptor or passes the descriptor on, the source has to end the
/// watch (`Loop::unwatch`). Closing the descriptor ends the watch only if no other process has the
/// file open, and a child that was just forked has it open (ADR 0015). After the watch has ended,
/// destroy the source by `Loop::retire`, because the loop may refer to the source for the rest of
/// the turn. The destructor requires that no loop watches the source.
class Source : public Retirable {
 public:
  ~Source() override { MASTIC_ASSERT(!is_watched(), {"fd", fd_}); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Called on the loop, outside of user code, when the descriptor is ready. Level-triggered:
  /// `ready` is called again in each turn in which the descriptor is still ready.
  virtual void ready(Readiness readiness) noexcept = 0;

  /// The descriptor; negative once it has been closed.
  [[nodiscard]] int fd() const { return fd_; }
  /// Whether a loop watches this source.
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
  /// Called with the result of a receive that Loop::receive asked for. `result` is the number of
  /// bytes, 0 at the end of the stream, or -errno. `bytes` lie in a buffer of the loop, and are
  /// valid during this call only.
  virtual void received(ssize_t result, std::string_view bytes) noexcept = 0;
  /// Called during a flush with the `bytes` of this socket that the kernel did not take, or was not
  /// offered (Outbox::announce_more). `number` is the errno of the send, or 0. `bytes` are valid
  /// during this call only. No socket has been told of this flush by `sent` yet, so everything that
  /// sockets write later follows these bytes. Returns true if the bytes are kept, and false when
  /// there is no memory for them.
  [[nodiscard]] virtual bool keep_unsent(std::string_view bytes, int number) noexcept = 0;
  /// Called after a flush. Of the bytes that the kernel was offered, it took `taken` and left `left`,
  /// which keep_unsent was given. `number` is 0, or the errno when the kernel took no bytes, or
  /// ENOMEM when keep_unsent returned false.
  virtual void sent(std::size_t taken, std::size_t left, int number) noexcept = 0;

 protected:
  using Source::Source;

 private:
  friend class Outbox;
  std::uint32_t outbox_place_ = 0;  ///< 1 + its place among the outbox's segments, or 0
};

}  // namespace mastic::loop
