#include "mastic/net/output_queue.h"

#include <algorithm>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::net {

/// For bytes from the outbox, which were written before everything in the queue.
void OutputQueue::prepend(std::string_view bytes) {
  if (bytes.empty()) return;
  pieces_.emplace_front(Owned{std::string(bytes)});
  size_ += bytes.size();
  held_ += std::get<Owned>(pieces_.front()).bytes.capacity();
}

/// Whether `size` more bytes may be added to the last piece.
bool OutputQueue::fits_last(std::size_t size) const {
  if (pieces_.empty()) return false;
  const auto* const owned = std::get_if<Owned>(&pieces_.back());
  return owned != nullptr && owned->bytes.size() + size <= kPieceBytes;
}

char* OutputQueue::prepare(std::size_t size) {
  if (!fits_last(size)) pieces_.emplace_back(Owned{});
  std::string& bytes = std::get<Owned>(pieces_.back()).bytes;
  // The capacity of an empty piece is not counted yet.
  const std::size_t had = bytes.empty() ? 0 : bytes.capacity();
  committed_ = bytes.size();
  bytes.resize(committed_ + size);
  held_ += bytes.capacity() - had;
  return bytes.data() + committed_;
}

void OutputQueue::commit(std::size_t size) {
  std::string& bytes = std::get<Owned>(pieces_.back()).bytes;
  bytes.resize(committed_ + size);
  size_ += size;
  if (!bytes.empty()) return;  // a piece without bytes would never be removed by `remove`
  held_ -= bytes.capacity();
  pieces_.pop_back();
}

void OutputQueue::append_shared(std::string_view bytes, std::shared_ptr<const void> keeper) {
  if (bytes.empty()) return;
  pieces_.emplace_back(Shared{bytes, std::move(keeper)});
  size_ += bytes.size();
}

void OutputQueue::append_file(std::shared_ptr<const base::Descriptor> file, std::uint64_t offset,
                              std::uint64_t size) {
  if (size == 0) return;
  pieces_.emplace_back(File{std::move(file), offset, size});
  size_ += size;
}

/// The unsent bytes of `piece`; empty when it is a file.
std::string_view OutputQueue::unsent_bytes(const Piece& piece) {
  if (const auto* const owned = std::get_if<Owned>(&piece)) {
    return std::string_view(owned->bytes).substr(owned->sent);
  }
  if (const auto* const shared = std::get_if<Shared>(&piece)) return shared->bytes;
  return {};
}

const OutputQueue::File* OutputQueue::first_file() const {
  return std::get_if<File>(&pieces_.front());
}

std::size_t OutputQueue::gather(std::span<iovec> parts) const {
  std::size_t filled = 0;
  for (const Piece& piece : pieces_) {
    if (filled == parts.size() || std::holds_alternative<File>(piece)) break;
    const std::string_view bytes = unsent_bytes(piece);
    // An iovec is not const because it serves for receiving, too; sending only reads the bytes.
    parts[filled++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return filled;
}

void OutputQueue::remove(std::uint64_t count) {
  MASTIC_ASSERT(count <= size_, {"count", static_cast<long long>(count)});
  size_ -= count;
  while (count > 0) count -= remove_from_first(count);
}

/// Removes up to `count` bytes of the first piece; returns how many.
std::uint64_t OutputQueue::remove_from_first(std::uint64_t count) {
  Piece& first = pieces_.front();
  auto* const owned = std::get_if<Owned>(&first);
  auto* const shared = std::get_if<Shared>(&first);
  auto* const file = std::get_if<File>(&first);
  const std::uint64_t size = file != nullptr ? file->size : unsent_bytes(first).size();
  if (count >= size) {
    if (owned != nullptr) held_ -= owned->bytes.capacity();
    pieces_.pop_front();
    return size;
  }
  if (owned != nullptr) owned->sent += count;
  if (shared != nullptr) shared->bytes.remove_prefix(count);
  if (file != nullptr) {
    file->offset += count;
    file->size -= count;
  }
  return count;
}

}  // namespace mastic::net
