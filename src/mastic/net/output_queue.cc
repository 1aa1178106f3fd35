#include "mastic/net/output_queue.h"

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

std::string_view OutputQueue::first_bytes() const {
  if (const auto* const owned = std::get_if<Owned>(&pieces_.front())) {
    return std::string_view(owned->bytes).substr(owned->sent);
  }
  if (const auto* const shared = std::get_if<Shared>(&pieces_.front())) return shared->bytes;
  return {};
}

const OutputQueue::File* OutputQueue::first_file() const {
  return std::get_if<File>(&pieces_.front());
}

void OutputQueue::remove(std::uint64_t count) {
  MASTIC_ASSERT(count <= size_, {"count", static_cast<long long>(count)});
  size_ -= count;
  bool gone = false;
  if (auto* const owned = std::get_if<Owned>(&pieces_.front())) {
    owned->sent += count;
    gone = owned->sent == owned->bytes.size();
    if (gone) held_ -= owned->bytes.capacity();
  } else if (auto* const shared = std::get_if<Shared>(&pieces_.front())) {
    shared->bytes.remove_prefix(count);
    gone = shared->bytes.empty();
  } else {
    auto& file = std::get<File>(pieces_.front());
    file.offset += count;
    file.size -= count;
    gone = file.size == 0;
  }
  if (gone) pieces_.pop_front();
}

}  // namespace mastic::net
