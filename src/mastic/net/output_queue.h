// Bytes and files that wait to be sent to a socket.

#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "mastic/base/descriptor.h"

namespace mastic::net {

/// Pieces of output in the order in which they have to be sent. A connection has a queue only while
/// bytes wait to be sent.
///
/// Copied bytes are gathered in pieces of about kPieceBytes. A piece is freed as soon as it has
/// been sent, and a keeper is released as soon as its bytes have been sent. So a peer that is
/// always a little behind costs only the bytes by which it is behind.
///
/// Every function that adds a piece throws std::bad_alloc.
class OutputQueue {
 public:
  static constexpr std::size_t kPieceBytes = 64 << 10;

  /// Copied bytes, of which the first `sent` have been sent.
  struct Owned {
    std::string bytes;
    std::size_t sent = 0;
  };
  /// Bytes that were not copied.
  struct Shared {
    std::string_view bytes;
    std::shared_ptr<const void> keeper;  ///< keeps the bytes alive; null when the writer does
  };
  /// A range of a file.
  struct File {
    std::shared_ptr<const base::Descriptor> file;
    std::uint64_t offset;
    std::uint64_t size;
  };

  /// Whether the queue has no pieces.
  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  /// The number of bytes in all pieces, files included.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// How many bytes of memory the copied pieces use.
  [[nodiscard]] std::uint64_t held() const { return held_; }

  /// Puts a copy of `bytes` before all other pieces.
  void prepend(std::string_view bytes);
  /// Returns room for `size` bytes at the end. The bytes become part of the queue with `commit`.
  /// The pointer is valid until the queue is next changed.
  [[nodiscard]] char* prepare(std::size_t size);
  /// Appends the first `size` bytes of the room that `prepare` returned.
  void commit(std::size_t size);
  /// Appends `bytes` without copying them; `keeper` is released once the bytes have been sent.
  void append_shared(std::string_view bytes, std::shared_ptr<const void> keeper);
  /// Appends `size` bytes of `file`, starting at `offset`.
  void append_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                   std::uint64_t size);

  /// The first piece if it is a file, otherwise null. Requires: the queue is not empty.
  [[nodiscard]] const File* first_file() const;
  /// Fills `parts` with the unsent bytes of the first pieces, up to the first file, and returns how
  /// many parts were filled. They are valid until the queue is next changed.
  [[nodiscard]] std::size_t gather(std::span<iovec> parts) const;
  /// The number of pieces.
  [[nodiscard]] std::size_t count() const { return pieces_.size(); }
  /// Removes the first `count` bytes, because they have been sent.
  void remove(std::uint64_t count);

 private:
  using Piece = std::variant<Owned, Shared, File>;
  [[nodiscard]] static std::string_view unsent_bytes(const Piece& piece);
  [[nodiscard]] std::uint64_t remove_from_first(std::uint64_t count);
  [[nodiscard]] bool fits_last(std::size_t size) const;

  std::deque<Piece> pieces_;
  std::uint64_t size_ = 0;
  std::uint64_t held_ = 0;
  std::size_t committed_ = 0;  ///< bytes of the last piece before the room that was prepared
};

}  // namespace mastic::net
