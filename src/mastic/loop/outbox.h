// What a loop has to send: the answers of a turn, collected and handed to the kernel in one go.

#pragma once

#include <memory>
#include <span>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/loop/source.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// Collects what the sockets of a loop write during a turn. The bytes of one socket lie next to
/// each other, in a segment, so that several answers on one connection leave in one send. The last
/// segment grows in place. Any other segment has to move to the end when it grows; the moved
/// segment gets twice the room, so that each byte is moved a constant number of times on average.
///
///     chunk: | socket A: answer, answer, room | socket B: answer | ... free ... |
class Outbox {
 public:
  /// Returns room for `size` bytes at the end of what `socket` has to send. The pointer is valid
  /// until the outbox is next called. Throws std::bad_alloc.
  [[nodiscard]] char* prepare(Socket& socket, std::size_t size) MASTIC_LIFETIMEBOUND;
  /// Adds the first `size` bytes of the room that `prepare` returned for `socket`. Requires: the
  /// outbox was not called in between.
  void commit(Socket& socket, std::size_t size);
  /// Says that `socket` sends more bytes by another way when `sent` is called. A few bytes are then
  /// given back (keep_unsent), to leave in the same call; of many, the kernel is told (MSG_MORE).
  void announce_more(Socket& socket);
  /// Whether `socket` has a segment in an outbox.
  [[nodiscard]] static bool holds(const Socket& socket) { return socket.outbox_place_ != 0; }

  /// How many bytes of `socket` wait in this outbox.
  [[nodiscard]] std::size_t bytes_of(const Socket& socket) const {
    if (!holds(socket)) return 0;
    const Segment& segment = segments_[socket.outbox_place_ - 1];
    return static_cast<std::size_t>(segment.end - segment.begin);
  }

  /// Whether no socket has a segment in this outbox.
  [[nodiscard]] bool empty() const { return segments_.empty(); }
  /// Sends everything and calls `sent` of each socket, even of a socket for which room was prepared
  /// and nothing was written. Sockets that have been closed are skipped. During `sent`, a socket
  /// may write again, to other sockets too, so call `flush` until the outbox is empty.
  void flush(Transfer& transfer);

 private:
  static constexpr std::size_t kChunkBytes = 64 << 10;
  static constexpr std::size_t kMaxKeptBytes = 1 << 20;  ///< of chunks that are kept between turns

  struct Segment {
    Socket* socket;
    char* begin;
    char* end;    ///< where the written bytes end
    char* limit;  ///< where the segment's room ends
    bool more;    ///< set by announce_more
  };
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  /// Ensures that at least `bytes` fit between `at_` and `end_`.
  void make_room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) take_chunks(bytes);
  }
  void take_chunks(std::size_t bytes);
  void keep_unsent() noexcept;
  [[nodiscard]] bool is_of(const Segment& segment, std::size_t next) const;
  void drop_large_chunks();

  std::vector<Segment> segments_;
  std::vector<Segment> flushing_;
  std::vector<Send> batch_;  ///< has capacity for all segments, so that flush never allocates
  std::vector<Chunk> chunks_;
  std::size_t next_chunk_ = 0;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace mastic::loop
