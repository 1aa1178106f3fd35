#include "mastic/app/body.h"

#include <algorithm>
#include <array>

#include "mastic/app/disk_pace.h"
#include "mastic/app/http_error.h"
#include "mastic/app/not_stored.h"
#include "mastic/async/run_blocking.h"
#include "mastic/base/assert.h"
#include "mastic/base/new_file.h"
#include "mastic/base/result.h"
#include "mastic/base/text.h"

namespace mastic::app {
namespace {

/// Reads a file in blocks, for code that cannot send it from its descriptor: middleware, or a
/// stream that transforms bytes, such as TLS.
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
    auto read = [&] { return base::read_at(*file_.file, buffer_.data(), wanted, file_.offset); };
    // The head has promised this many bytes, so fewer can only be reported by aborting the answer.
    const ssize_t got = co_await async::run_reading(read);
    if (got < 0) {
      throw std::runtime_error("a file could not be read to its end: " +
                               base::describe_number(static_cast<int>(-got)));
    }
    if (got == 0) throw std::runtime_error("a file became shorter while it was sent");
    file_.offset += static_cast<std::uint64_t>(got);
    file_.size -= static_cast<std::uint64_t>(got);
    co_return std::string_view(buffer_).substr(0, static_cast<std::size_t>(got));
  }

  Body::File file_;
  std::string buffer_;
};

/// Pieces that a generator yields.
class GeneratedSource final : public ProducedSource {
 public:
  explicit GeneratedSource(Generator<std::string> pieces) : pieces_(std::move(pieces)) {}

 private:
  Task<std::optional<std::string>> produce() override {
    std::optional<std::string> piece = co_await pieces_.next();
    co_return piece;
  }

  Generator<std::string> pieces_;
};

/// Whether `name` is in a list as in the field Trailer.
bool is_listed(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    if (base::equal_ignoring_case(base::trim(base::take_until(list, ',')), name)) return true;
  }
  return false;
}

/// Content with trailer fields, which are made when the content has ended.
class TrailedSource final : public BodySource {
 public:
  TrailedSource(std::unique_ptr<BodySource> content, std::string names, MakeTrailers make)
      : content_(std::move(content)), names_(std::move(names)), make_(std::move(make)) {}

  Task<std::optional<std::string_view>> next() override {
    auto pulling = content_->next();
    if (!pulling.is_done()) return next_later(std::move(pulling));
    return note(pulling.take());
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return content_->size(); }
  [[nodiscard]] std::uint64_t held_bytes() const override { return content_->held_bytes(); }
  void hold(std::uint64_t bytes) override { content_->hold(bytes); }
  [[nodiscard]] http::FieldsView trailers() const override { return trailers_.view(); }
  [[nodiscard]] std::shared_ptr<const void> piece_owner() const override {
    return content_->piece_owner();
  }
  [[nodiscard]] const Endless* endless() const override { return content_->endless(); }

 private:
  Task<std::optional<std::string_view>> next_later(Task<std::optional<std::string_view>> pulling) {
    const auto piece = co_await std::move(pulling);
    co_return note(piece);
  }
  std::optional<std::string_view> note(std::optional<std::string_view> piece) {
    if (piece || !make_) return piece;
    http::Fields made = std::exchange(make_, nullptr)();
    for (const http::Field& field : made.view()) {
      if (!is_listed(names_, field.name)) {
        throw std::logic_error("the trailer field '" + std::string(field.name) +
                               "' was not announced: name it in set_trailers");
      }
    }
    trailers_ = std::move(made);
    return piece;
  }

  std::unique_ptr<BodySource> content_;
  const std::string names_;  ///< separated by ", ", as in the field Trailer
  MakeTrailers make_;        ///< empty when it was called
  http::Fields trailers_;
};

ContentError too_large(std::uint64_t most) {
  return ContentError(http::Status::ContentTooLarge,
                      "The content may have at most " + std::to_string(most) + " bytes here.");
}

void require_done(const base::NewFile& file, int result) {
  if (result != 0) throw_not_stored("cannot save to '" + file.path() + "'", -result);
}

}  // namespace

// ---- ProducedSource: empty pieces are skipped ----

Task<std::optional<std::string_view>> ProducedSource::next() {
  auto producing = produce();
  if (producing.is_done()) {
    auto piece = producing.take();
    if (!piece || !piece->empty()) return keep(std::move(piece));
    producing = produce();
  }
  return next_later(std::move(producing));
}

/// A producer that gives many empty pieces may never wait for anything, so this asks before each of
/// them whether the piece is still wanted.
Task<std::optional<std::string_view>> ProducedSource::next_later(
    Task<std::optional<std::string>> producing) {
  const async::CancelScope& scope = co_await async::CurrentCancelScope();
  auto piece = co_await std::move(producing);
  while (piece && piece->empty()) {
    if (scope.stop_requested()) throw async::Cancelled();
    piece = co_await produce();
  }
  co_return keep(std::move(piece));
}

std::optional<std::string_view> ProducedSource::keep(std::optional<std::string> piece) {
  if (!piece) return std::nullopt;
  piece_ = *std::move(piece);
  return std::string_view(piece_);
}

// ---- Body ----

Body Body::produced_by(Generator<std::string> pieces) {
  return Body(std::make_unique<GeneratedSource>(std::move(pieces)));
}

std::optional<std::uint64_t> Body::size() const {
  if (const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_)) {
    return (*source)->size();
  }
  if (const File* const part = file()) return part->size;
  return bytes()->size();
}

std::optional<Body> Body::share() const {
  if (const auto* const shared = std::get_if<Shared>(&content_)) return Body(Shared(*shared));
  return bytes() && bytes()->empty() ? std::optional(Body()) : std::nullopt;
}

Task<std::optional<std::string_view>> Body::next() {
  if (file() != nullptr) {
    content_ = std::make_unique<FileSource>(std::get<File>(std::move(content_)));
  }
  if (auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_)) {
    pulled_ = true;
    return (*source)->next();
  }
  const std::string_view all = *bytes();
  if (all.empty() || std::exchange(pulled_, true)) return std::nullopt;
  return std::optional(all);
}

Task<> Body::gather(std::uint64_t most, void (*count)(void*, std::uint64_t), void* counter) {
  if (const auto here = bytes()) {
    if (here->size() > most) throw too_large(most);
    co_return;
  }
  // If this wait is abandoned, the pieces read so far are lost, and what is left must not be taken
  // for the whole content. So the body counts as taken until everything is here.
  begin_reading(most);
  std::string all;
  while (true) {
    const auto piece = co_await next();
    if (!piece) break;
    if (piece->size() > most - all.size()) throw too_large(most);
    count != nullptr ? count(counter, piece->size()) : hold(piece->size());
    all += *piece;
  }
  content_ = std::move(all);
  taken_ = pulled_ = false;
}

void Body::begin_reading(std::uint64_t max_bytes) {
  if (taken_ || pulled_) {
    throw ContentWasRead(
        "this body was read already: read a body once, and keep what is needed twice");
  }
  const auto known = size();
  if (known && *known > max_bytes) throw too_large(max_bytes);
  taken_ = true;
}

Task<std::string> Body::read_all(std::uint64_t max_bytes) {
  begin_reading(max_bytes);
  std::string all;
  while (true) {
    const auto piece = co_await next();
    if (!piece) break;
    if (piece->size() > max_bytes - all.size()) throw too_large(max_bytes);
    hold(piece->size());
    all += *piece;
  }
  co_return all;
}

bool Body::add_trailers(std::string names, MakeTrailers make) {
  if (is_in_memory() || file() != nullptr) return false;
  auto source = std::get<std::unique_ptr<BodySource>>(std::move(content_));
  content_ = std::make_unique<TrailedSource>(std::move(source), std::move(names), std::move(make));
  return true;
}

/// The file is consistent at every await, so that destroying this frame at an await removes the
/// file. The removal happens in user code, which a slow disk may hold up (ADR 0032).
Task<std::uint64_t> Body::save_to(std::string path, SaveOptions options) {
  constexpr std::size_t kBlockBytes = 64 << 10;
  begin_reading(options.max_bytes);
  base::NewFile file(std::move(path));
  std::uint64_t total = 0;
  std::string block;       // collects small pieces
  std::string_view ready;  // what to write next: a block, or one large piece
  DiskPace pace;
  auto write = [&] {
    if (!file.is_created()) require_done(file, file.create(options.mode));
    require_done(file, file.write(ready));
  };
  auto write_block = [&] { pace.measure(write); };
  const async::CancelScope& scope = co_await async::CurrentCancelScope();
  const async::BlockingExecutor& disk = scope.context().executor().disk_executor();
  auto write_last = [&] {
    write();
    require_done(file, file.keep());
  };
  while (true) {
    const auto piece = co_await next();
    if (!piece) break;
    if (piece->size() > options.max_bytes - total) throw too_large(options.max_bytes);
    total += piece->size();
    if (block.size() + piece->size() > kBlockBytes && !block.empty()) {
      ready = block;
      if (pace.is_quick() && disk.has_reserve()) {
        write_block();
      } else {
        co_await async::run_reading(write_block);
      }
      block.clear();
    }
    if (piece->size() < kBlockBytes) {
      block += *piece;
      continue;
    }
    ready = *piece;  // as it is: it may be as large as its source likes
    if (pace.is_quick() && disk.has_reserve()) {
      write_block();
    } else {
      co_await async::run_reading(write_block);
    }
  }
  ready = block;
  co_await async::run_reading(write_last);
  co_return total;
}

}  // namespace mastic::app
