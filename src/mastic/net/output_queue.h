// What a socket did not take at once, and what goes to it without being copied.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "mastic/base/descriptor.h"

namespace mastic::net {

/// Pieces in the order they are to be sent. A connection has one only while it is behind.
///
/// Copied bytes are gathered in pieces of some kPieceBytes, and each piece is let go of when it was
/// sent, as is what keeps the bytes of one that was not copied: a peer that is always behind, and
/// never far, costs what it is behind.
class OutputQueue {
 public:
  static constexpr std::size_t kPieceBytes = 64 << 10;

  struct Owned {
    std::string bytes;
    std::size_t sent = 0;
  };
  struct Shared {
    std::string_view bytes;
    std::shared_ptr<const void> keeper;  ///< of the bytes; null when somebody else sees to them
  };
  struct File {
    std::shared_ptr<const base::Descriptor> file;
    std::uint64_t offset;
    std::uint64_t size;
  };

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  /// Bytes of all pieces, files included.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Bytes of memory that the copied ones take, as far as they were not let go of.
  [[nodiscard]] std::uint64_t held() const { return held_; }

  /// Puts a copy of `bytes` before everything else.
  void prepend(std::string_view bytes);
  /// Room for `size` bytes at the end; they count once they were committed.
  [[nodiscard]] char* prepare(std::size_t size);
  void commit(std::size_t size);
  void append_shared(std::string_view bytes, std::shared_ptr<const void> keeper);
  void append_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                   std::uint64_t size);

  /// The first piece, when it is bytes: what of it is to be sent; empty when it is a file.
  [[nodiscard]] std::string_view first_bytes() const;
  /// The first piece, when it is a file.
  [[nodiscard]] const File* first_file() const;
  [[nodiscard]] bool has_more_than_one() const { return pieces_.size() > 1; }
  /// `count` bytes of the first piece were sent.
  void remove(std::uint64_t count);

 private:
  [[nodiscard]] bool fits_last(std::size_t size) const;

  std::deque<std::variant<Owned, Shared, File>> pieces_;
  std::uint64_t size_ = 0;
  std::uint64_t held_ = 0;
  std::size_t committed_ = 0;  ///< of the last piece, when room was prepared in it
};

}  // namespace mastic::net
