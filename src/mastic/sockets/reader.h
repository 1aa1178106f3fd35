// Reading from a connection, in a task.
//
//     while (auto line = co_await reader.read_line()) ...

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/async/task.h"
#include "mastic/sockets/buffered_stream.h"

namespace mastic::sockets {

/// Reads lines and other pieces that have to be complete, and keeps the bytes after a piece for the
/// next read. Only one task may read at a time; a second task gets a std::logic_error.
///
/// Every read gives std::nullopt at the end of the stream. If the end comes in the middle of a
/// piece, the read throws a StreamError with StreamFault::Cut. If the piece does not end within the
/// limit, the read throws a StreamError with StreamFault::TooLong. In both cases the bytes stay in
/// the reader, and `read` gives them. StreamOptions has the deadlines and the default limit.
///
/// A read whose bytes have arrived already does not wait. In that case the call itself may throw,
/// before its result is awaited.
class Reader {
 public:
  /// Makes a reader. Requires: `stream` outlives the reader.
  explicit Reader(BufferedStream& stream) : stream_(stream) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Reads what has arrived already, or else waits for the next bytes. Gives at least 1 and at most
  /// `most` bytes.
  [[nodiscard]] async::Task<std::optional<std::string>> read(std::size_t most = kAll);
  /// Reads exactly `size` bytes. Throws a StreamError with TooLong at once if `size` is above the
  /// limit.
  [[nodiscard]] async::Task<std::optional<std::string>> read_exactly(std::size_t size);
  /// Reads up to `delimiter`, which is removed and not part of the result. Requires: `delimiter` is
  /// not empty.
  [[nodiscard]] async::Task<std::optional<std::string>> read_until(std::string delimiter);
  /// Reads a line. The result does not contain the line feed, nor a carriage return before it.
  [[nodiscard]] async::Task<std::optional<std::string>> read_line();

  /// Sets the limit in bytes for later reads, instead of the option max_read_bytes.
  void set_max_read_bytes(std::size_t most) { most_ = most; }

 private:
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  async::Task<std::optional<std::string>> wait_for_some(std::size_t most);
  async::Task<std::optional<std::string>> wait_for_exactly(std::size_t size);
  async::Task<std::optional<std::string>> wait_for_delimiter(std::string delimiter,
                                                             std::size_t searched);
  async::Task<std::optional<std::string>> wait_for_line(std::size_t searched);
  [[nodiscard]] std::string_view ahead() const MASTIC_LIFETIMEBOUND {
    return std::string_view(buffer_).substr(begin_);
  }
  [[nodiscard]] std::size_t most() const {
    return most_.value_or(static_cast<std::size_t>(stream_.options().max_read_bytes));
  }
  /// Appends `bytes` to the buffer. At the end of the stream, returns false, or throws a
  /// StreamError with Cut if a piece has begun.
  bool keep(std::optional<std::string> bytes);
  std::string take(std::size_t size);
  std::optional<std::string> try_until(std::string_view delimiter, std::size_t& searched);

  BufferedStream& stream_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< how many bytes of `buffer_` have been read
  std::optional<std::size_t> most_;
};

}  // namespace mastic::sockets
