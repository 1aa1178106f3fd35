// What a task reads from a connection.
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

/// Reads whole pieces, and keeps what came with them for the next read. One task at a time.
///
/// Every read gives nothing at the end of the stream. When that comes in the middle of a piece it
/// throws a StreamError that says Cut, when no end of the piece is within the limit TooLong; either
/// way the bytes stay, and `read` gives them. Deadlines and a default limit: StreamOptions. What is
/// here already needs no waiting; then a read may throw where it is called, before it is awaited.
class Reader {
 public:
  /// Made with its connection, which outlives it.
  explicit Reader(BufferedStream& stream) : stream_(stream) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// What is here, or else what arrives next: at least a byte, at most `most`.
  [[nodiscard]] async::Task<std::optional<std::string>> read(std::size_t most = kAll);
  /// Exactly `size` bytes; more than the limit are TooLong at once.
  [[nodiscard]] async::Task<std::optional<std::string>> read_exactly(std::size_t size);
  /// What stands before `delimiter`, which is taken, too. Requires: it is not empty.
  [[nodiscard]] async::Task<std::optional<std::string>> read_until(std::string delimiter);
  /// A line, without its line feed and a carriage return before that.
  [[nodiscard]] async::Task<std::optional<std::string>> read_line();

  /// The limit of the reads to come, in place of the option max_read_bytes.
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
  /// False at the end. Throws when that is in the middle of a piece.
  bool keep(std::optional<std::string> bytes);
  std::string take(std::size_t size);
  std::optional<std::string> try_until(std::string_view delimiter, std::size_t& searched);

  BufferedStream& stream_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< what stands before was read
  std::optional<std::size_t> most_;
};

}  // namespace mastic::sockets
