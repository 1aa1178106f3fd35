#include "mastic/sockets/reader.h"

#include <algorithm>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::sockets {
namespace {

using Piece = std::optional<std::string>;

StreamError too_long(std::size_t most) {
  return {StreamFault::TooLong,
          "what was to be read is longer than the limit of " + std::to_string(most) + " bytes"};
}

/// A line may end in both characters of a terminal of old.
Piece without_return(Piece line) {
  if (line && line->ends_with('\r')) line->pop_back();
  return line;
}

}  // namespace

// ---- what is here already needs no coroutine ----

async::Task<Piece> Reader::read(std::size_t most) {
  MASTIC_ASSERT(most > 0);
  if (ahead().empty()) return wait_for_some(most);
  return Piece(take(std::min(most, ahead().size())));
}

async::Task<Piece> Reader::read_exactly(std::size_t size) {
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
    throw StreamError(StreamFault::Cut, "the peer ended in the middle of what was being read");
  }
  if (ahead().empty()) {
    buffer_ = *std::move(bytes);
  } else {
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

/// What stands before `delimiter`, if that is here; `searched` bytes were searched in vain before.
Piece Reader::try_until(std::string_view delimiter, std::size_t& searched) {
  const std::string_view here = ahead();
  const std::size_t found = here.find(delimiter, searched);
  if (found != here.npos && found <= most()) {
    std::string piece(here.substr(0, found));
    begin_ += found + delimiter.size();
    return piece;
  }
  if (found != here.npos || here.size() >= most() + delimiter.size()) throw too_long(most());
  searched = here.size() < delimiter.size() ? 0 : here.size() - delimiter.size() + 1;
  return std::nullopt;
}

}  // namespace mastic::sockets
