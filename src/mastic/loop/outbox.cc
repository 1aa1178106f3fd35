#include "mastic/loop/outbox.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::loop {
namespace {

/// Up to so many bytes are handed back to a socket that has more to send by another way.
constexpr std::size_t kMaxHandedBack = 4 << 10;

std::size_t taken(const Send& done) {
  return done.result > 0 ? static_cast<std::size_t>(done.result) : 0;
}
bool is_whole(const Send& done) { return done.result == static_cast<ssize_t>(done.size); }
/// The errno of a send, or 0.
int number(const Send& done) { return done.result < 0 ? static_cast<int>(-done.result) : 0; }

}  // namespace

char* Outbox::prepare(Socket& socket, std::size_t size) {
  if (!holds(socket)) {
    make_room(size);
    // Reserved here, where a failure can be reported: flush must not allocate.
    if (segments_.size() == batch_.capacity()) batch_.reserve(2 * segments_.size() + 16);
    segments_.push_back({&socket, at_, at_, at_, false});
    socket.outbox_place_ = static_cast<std::uint32_t>(segments_.size());
    return at_;
  }
  Segment& segment = segments_[socket.outbox_place_ - 1];
  // Only free space follows, and the segment may grow into it.
  const bool is_last = segment.limit == at_;
  const auto room = static_cast<std::size_t>((is_last ? end_ : segment.limit) - segment.end);
  if (room >= size) return segment.end;
  // Moves the segment to the end. Its old room stays unused until a flush empties the outbox.
  const auto held = static_cast<std::size_t>(segment.end - segment.begin);
  const std::size_t moved_room = held == 0 ? size : 2 * (held + size);
  make_room(moved_room);
  if (held > 0) std::memcpy(at_, segment.begin, held);
  segment = {&socket, at_, at_ + held, at_ + moved_room, segment.more};
  at_ = segment.limit;
  return segment.end;
}

void Outbox::commit(Socket& socket, std::size_t size) {
  Segment& segment = segments_[socket.outbox_place_ - 1];
  const bool is_last = segment.limit == at_;
  MASTIC_ASSERT(size <= static_cast<std::size_t>((is_last ? end_ : segment.limit) - segment.end));
  segment.end += size;
  if (is_last) at_ = segment.limit = std::max(segment.limit, segment.end);
}

void Outbox::announce_more(Socket& socket) {
  if (holds(socket)) segments_[socket.outbox_place_ - 1].more = true;
}

void Outbox::flush(Transfer& transfer) {
  flushing_.swap(segments_);  // what is written from here on belongs to the next flush
  for (const Segment& segment : flushing_) {
    segment.socket->outbox_place_ = 0;
    const auto size = static_cast<std::size_t>(segment.end - segment.begin);
    if (segment.socket->fd() < 0 || size == 0) continue;
    if (segment.more && size <= kMaxHandedBack &&
        segment.socket->keep_unsent({segment.begin, size}, 0)) {
      continue;  // without memory for it, it is sent from here
    }
    batch_.push_back({segment.socket->fd(), segment.begin, size, segment.more});
  }
  if (!batch_.empty()) transfer.send(batch_);
  if (!std::ranges::all_of(batch_, is_whole)) keep_unsent();
  std::size_t next = 0;
  for (const Segment& segment : flushing_) {
    const Send done =
        is_of(segment, next) ? batch_[next++] : Send{segment.socket->fd(), nullptr, 0};
    if (done.fd < 0 || segment.socket->fd() != done.fd) continue;  // closed meanwhile
    segment.socket->sent(taken(done), done.size - taken(done), number(done));
  }
  flushing_.clear();
  batch_.clear();
  if (segments_.empty()) {
    drop_large_chunks();
    next_chunk_ = 0;
    at_ = end_ = nullptr;
  }
}

/// Hands the bytes that the kernel did not take to their sockets, before `sent` of any socket is
/// called: `sent` may write to another socket, and the bytes that it writes must come after the
/// unsent bytes of that socket.
void Outbox::keep_unsent() noexcept {
  std::size_t next = 0;
  for (const Segment& segment : flushing_) {
    if (!is_of(segment, next)) continue;
    Send& done = batch_[next++];
    if (is_whole(done)) continue;
    const std::string_view left(done.bytes + taken(done), done.size - taken(done));
    // With this result, `sent` reports that the bytes are lost.
    if (!segment.socket->keep_unsent(left, number(done))) done.result = -ENOMEM;
  }
}

/// Whether `batch_[next]` is the send of `segment`. A segment has no send if it has no bytes or its
/// socket was closed.
bool Outbox::is_of(const Segment& segment, std::size_t next) const {
  return next < batch_.size() && batch_[next].bytes == segment.begin && segment.end > segment.begin;
}

void Outbox::take_chunks(std::size_t bytes) {
  while (static_cast<std::size_t>(end_ - at_) < bytes) {
    if (next_chunk_ == chunks_.size() || chunks_[next_chunk_].size < bytes) {
      const std::size_t size = std::max(bytes, kChunkBytes);
      chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(next_chunk_),
                     Chunk{std::make_unique_for_overwrite<char[]>(size), size});
    }
    const Chunk& chunk = chunks_[next_chunk_++];
    at_ = chunk.bytes.get();
    end_ = at_ + chunk.size;
  }
}

void Outbox::drop_large_chunks() {
  std::size_t kept = 0;
  std::erase_if(chunks_, [&](const Chunk& chunk) { return (kept += chunk.size) > kMaxKeptBytes; });
}

}  // namespace mastic::loop
