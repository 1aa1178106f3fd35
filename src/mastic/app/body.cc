#include "mastic/app/body.h"

#include <algorithm>
#include <array>

#include "mastic/app/http_error.h"
#include "mastic/async/run_blocking.h"
#include "mastic/base/assert.h"

namespace mastic::app {
namespace {

/// Reads a file in blocks: for whoever cannot send it from the descriptor.
class FileSource final : public BodySource {
 public:
  explicit FileSource(Body::File file) : file_(std::move(file)), buffer_(kBlockBytes, '\0') {}

  Task<std::optional<std::string_view>> next() override {
    if (file_.size == 0) return std::nullopt;
    return next_block();
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return file_.size; }
  [[nodiscard]] std::uint64_t held_bytes() const override { return buffer_.capacity(); }

 private:
  static constexpr std::size_t kBlockBytes = 64 << 10;

  Task<std::optional<std::string_view>> next_block() {
    const std::size_t wanted = std::min<std::uint64_t>(file_.size, kBlockBytes);
    auto read = [&] {
      return file_.file->kernel().pread(file_.file->fd(), buffer_.data(), wanted,
                                        static_cast<std::int64_t>(file_.offset));
    };
    const ssize_t got = co_await async::run_reading(read);
    if (got <= 0) throw std::runtime_error("a file became shorter while it was sent");
    file_.offset += static_cast<std::uint64_t>(got);
    file_.size -= static_cast<std::uint64_t>(got);
    co_return std::string_view(buffer_).substr(0, static_cast<std::size_t>(got));
  }

  Body::File file_;
  std::string buffer_;
};

ContentError too_large(std::uint64_t most) {
  return ContentError(
      http::Status::ContentTooLarge,
      "The content has more than the " + std::to_string(most) + " bytes that are taken here.");
}

}  // namespace

// ---- ProducedSource: an empty piece says nothing, and is passed over ----

Task<std::optional<std::string_view>> ProducedSource::next() {
  while (true) {
    auto producing = produce();
    if (!producing.is_done()) return next_later(std::move(producing));
    auto piece = producing.take();
    if (!piece || !piece->empty()) return keep(std::move(piece));
  }
}

Task<std::optional<std::string_view>> ProducedSource::next_later(
    Task<std::optional<std::string>> producing) {
  auto piece = co_await std::move(producing);
  while (piece && piece->empty()) piece = co_await produce();
  co_return keep(std::move(piece));
}

std::optional<std::string_view> ProducedSource::keep(std::optional<std::string> piece) {
  if (!piece) return std::nullopt;
  piece_ = *std::move(piece);
  return std::string_view(piece_);
}

// ---- Body ----

std::optional<std::uint64_t> Body::size() const {
  if (const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_)) {
    return (*source)->size();
  }
  if (const File* const part = file()) return part->size;
  return bytes()->size();
}

std::uint64_t Body::held_bytes() const {
  if (const auto* const owned = std::get_if<std::string>(&content_)) return owned->capacity();
  if (const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_)) {
    return (*source)->held_bytes();
  }
  const auto* const shared = std::get_if<Shared>(&content_);
  return shared != nullptr && shared->owner.use_count() == 1 ? shared->bytes.size() : 0;
}

Task<std::optional<std::string_view>> Body::next() {
  if (file() != nullptr) {
    content_ = std::make_unique<FileSource>(std::get<File>(std::move(content_)));
  }
  if (auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_)) {
    return (*source)->next();
  }
  const std::string_view all = *bytes();
  if (all.empty() || std::exchange(pulled_, true)) return std::nullopt;
  return std::optional(all);
}

Task<> Body::gather(std::uint64_t most, void (*hold)(void*, std::uint64_t), void* holder) {
  const auto known = size();
  if (known && *known > most) throw too_large(most);
  if (bytes()) co_return;
  // A wait that is given up takes what was read with it, and the rest must not pass for the whole.
  if (std::exchange(taken_, true)) throw std::logic_error("a former gather() of this body failed");
  std::string all;
  while (true) {
    const auto piece = co_await next();
    if (!piece) break;
    if (piece->size() > most - all.size()) throw too_large(most);
    if (hold != nullptr) hold(holder, piece->size());
    all += *piece;
  }
  content_ = std::move(all);
  taken_ = false;
}

}  // namespace mastic::app
