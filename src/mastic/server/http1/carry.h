// Bytes of a client that wait until its connection can use them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mastic::server {

/// Bytes that are appended at the end and used from the front. Using some of them moves none, so
/// many short requests that arrive together cost no more than the same requests one by one.
class Carry {
 public:
  [[nodiscard]] std::string_view view() const { return std::string_view(bytes_).substr(begin_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == bytes_.size(); }
  [[nodiscard]] std::size_t capacity() const { return bytes_.capacity(); }

  /// Throws std::bad_alloc.
  void append(std::string_view bytes);
  /// Removes all but the last `size` bytes.
  void keep_last(std::size_t size) {
    begin_ = bytes_.size() - size;
    if (size == 0) clear();
  }
  void clear() {
    bytes_.clear();
    begin_ = 0;
  }
  /// Removes all bytes, and frees their memory.
  void free();

 private:
  std::string bytes_;
  std::size_t begin_ = 0;  ///< how many bytes are used already
};

}  // namespace mastic::server
