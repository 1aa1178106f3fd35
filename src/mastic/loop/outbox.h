// What a loop has to send: the answers of a turn, collected and handed to the kernel in one go.

#pragma once

#include <memory>
#include <span>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/loop/source.h"
#include "mastic/loop/transfer.h"

namespace mastic::loop {

/// Bytes are written in place, next to each other for each socket, so that several answers to one
/// connection leave in one send. A segment that another one follows and that must grow moves to the
/// end, with as much room again: so its bytes are moved a constant number of times.
///
///     chunk: | socket A: answer, answer, room | socket B: answer | ... free ... |
class Outbox {
 public:
  /// Room for `size` bytes at the end of what `socket` has to send; valid until the next call.
  [[nodiscard]] char* prepare(Socket& socket, std::size_t size) MASTIC_LIFETIMEBOUND;
  /// The first `size` bytes of that room were written. Requires: no other call in between.
  void commit(Socket& socket, std::size_t size);
  /// More bytes of `socket` follow at once by another way.
  void announce_more(Socket& socket);
  /// Whether `socket` has bytes here.
  [[nodiscard]] static bool holds(const Socket& socket) { return socket.outbox_place_ != 0; }

  /// How many these are.
  [[nodiscard]] std::size_t bytes_of(const Socket& socket) const {
    if (!holds(socket)) return 0;
    const Segment& segment = segments_[socket.outbox_place_ - 1];
    return static_cast<std::size_t>(segment.end - segment.begin);
  }

  [[nodiscard]] bool empty() const { return segments_.empty(); }
  /// Sends everything and tells each socket what became of it, also one that prepared room and
  /// wrote nothing. Sockets that were closed are passed over. They may write more meanwhile, also to
  /// each other: call it until it is empty.
  void flush(Transfer& transfer);

 private:
  static constexpr std::size_t kChunkBytes = 64 << 10;
  static constexpr std::size_t kMaxKeptBytes = 1 << 20;  ///< of chunks, between turns

  struct Segment {
    Socket* socket;
    char* begin;
    char* end;    ///< of what was written
    char* limit;  ///< of the room it has
    bool more;
  };
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  /// Makes `bytes` fit between `at_` and `end_`.
  void make_room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) take_chunks(bytes);
  }
  void take_chunks(std::size_t bytes);
  void keep_unsent() noexcept;
  [[nodiscard]] bool is_of(const Segment& segment, std::size_t next) const;
  void drop_large_chunks();

  std::vector<Segment> segments_;
  std::vector<Segment> flushing_;
  std::vector<Send> batch_;  ///< with room for all segments, so that flush takes no memory
  std::vector<Chunk> chunks_;
  std::size_t next_chunk_ = 0;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace mastic::loop
