#include "mastic/sockets/reader.h"

#include <algorithm>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::sockets {
namespace {

using Piece = std::optional<std::string>;

StreamError too_long(std::size_t most) {
  return {StreamFault::TooLong, "the line or piece to read is longer than max_read_bytes (" +
                                    std::to_string(most) + " bytes)"};
}

/// Removes the carriage return of a line that ended in CR LF.
Piece without_return(Piece line) {
  if (line && line->ends_with('\r')) line->pop_back();
  return line;
}

}  // namespace

// ---- reading what has arrived already, without a coroutine ----

async::Task<Piece> Reader::read(std::size_t most) {
  MASTIC_ASSERT(most > 0);
  if (ahead().empty()) return wait_for_some(most);
  return Piece(take(std::min(most, ahead().size())));
}

async::Task<Piece> Reader::read_exactly(std::size_t size) {
  // Refused before anything is received, so a length field of the peer cannot make this side buffer
  // more than the limit.
  if (size > most()) throw too_long(most());
  if (ahead().size() < size) return wait_for_exactly(size);
  return Piece(take(size));
}

async::Task<Piece> Reader::read_until(std::string delimiter) {
  MASTIC_ASSERT(!delimiter.empty());
  std::size_t searched = 0;
  if (Piece piece = try_until(delimiter, searched)) return piece;
  return wait_for_delimiter(std::move(delimiter), searched);
}

async::Task<Piece> Reader::read_line() {
  std::size_t searched = 0;
  if (Piece line = try_until("\n", searched)) return without_return(std::move(line));
  return wait_for_line(searched);
}

// ---- waiting for more ----

async::Task<Piece> Reader::wait_for_some(std::size_t most) {
  std::optional<base::Instant> due;
  if (!keep(co_await Receive(stream_, false, due))) co_return std::nullopt;
  co_return take(std::min(most, ahead().size()));
}

async::Task<Piece> Reader::wait_for_exactly(std::size_t size) {
  std::optional<base::Instant> due;
  while (ahead().size() < size) {
    if (!keep(co_await Receive(stream_, !ahead().empty(), due))) co_return std::nullopt;
  }
  co_return take(size);
}

async::Task<Piece> Reader::wait_for_delimiter(std::string delimiter, std::size_t searched) {
  std::optional<base::Instant> due;
  while (true) {
    if (!keep(co_await Receive(stream_, !ahead().empty(), due))) co_return std::nullopt;
    if (Piece piece = try_until(delimiter, searched)) co_return piece;
  }
}

async::Task<Piece> Reader::wait_for_line(std::size_t searched) {
  std::string line_feed = "\n";
  Piece line = co_await wait_for_delimiter(std::move(line_feed), searched);
  co_return without_return(std::move(line));
}

// ---- the buffer ----

bool Reader::keep(Piece bytes) {
  if (!bytes) {
    if (ahead().empty()) return false;
    throw StreamError(StreamFault::Cut,
                      "the connection ended in the middle of a line or other piece");
  }
  if (ahead().empty()) {
    buffer_ = *std::move(bytes);
  } else {
    // The part that was read is removed only here, so that `take` does not move the rest for every
    // line.
    buffer_.erase(0, begin_);
    buffer_ += *bytes;
  }
  begin_ = 0;
  return true;
}

std::string Reader::take(std::size_t size) {
  if (begin_ == 0 && size == buffer_.size()) return std::exchange(buffer_, {});
  std::string piece(ahead().substr(0, size));
  begin_ += size;
  return piece;
}

/// Takes what is before `delimiter`, if the buffer contains it. The delimiter does not begin in the
/// first `searched` bytes; the function raises that number as far as it has searched.
Piece Reader::try_until(std::string_view delimiter, std::size_t& searched) {
  const std::string_view here = ahead();
  const std::size_t found = here.find(delimiter, searched);
  if (found != here.npos && found <= most()) {
    std::string piece(here.substr(0, found));
    begin_ += found + delimiter.size();
    return piece;
  }
  if (found != here.npos || here.size() >= most() + delimiter.size()) throw too_long(most());
  // The end of the buffer may hold the beginning of the delimiter, so the next search includes it.
  searched = here.size() < delimiter.size() ? 0 : here.size() - delimiter.size() + 1;
  return std::nullopt;
}

}  // namespace mastic::sockets
