// The content of a request or a response: bytes, a part of a file, or a source that is pulled.

#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mastic/async/task.h"
#include "mastic/base/attributes.h"
#include "mastic/base/descriptor.h"

namespace mastic::app {

using async::Task;

/// Content that comes piece by piece. Whoever consumes it pulls, so nobody is overrun.
class BodySource {
 public:
  virtual ~BodySource() = default;

  /// The next piece, never empty, which stays until the next call; nothing at the end. Throws when
  /// the content cannot be had whole: then the message it belongs to is aborted.
  virtual Task<std::optional<std::string_view>> next() = 0;
  /// How many bytes will come in all, when that is known.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
  /// Bytes of memory that it keeps until it goes, when these are many: what it makes its pieces of,
  /// and the piece it gave last. Called between two calls of `next`.
  [[nodiscard]] virtual std::uint64_t held_bytes() const { return 0; }
};

/// How Body::save_to writes.
struct SaveOptions {
  /// When there is more, HttpError 413 is thrown.
  std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Who may read and write the file, as open() takes it: the umask of the process takes from it. 0600
  /// for what nobody else is to see.
  unsigned mode = 0666;
};

/// A value: moved, not copied. Read at most once.
class Body {
 public:
  /// Part of an open file.
  struct File {
    /// The open file, which stays open for as long as a body needs it.
    std::shared_ptr<const base::Descriptor> file;
    /// The place of the first byte in the file.
    std::uint64_t offset = 0;
    /// The number of bytes.
    std::uint64_t size = 0;
  };

  /// No content.
  Body() = default;
  Body(Body&&) noexcept = default;
  /// Exchanges the two. What was here goes with `other`, so no alternative is destroyed in place, of
  /// which GCC 13 and 14 warn in the code of whoever writes `response = Response(status)`.
  Body& operator=(Body&& other) noexcept {
    content_.swap(other.content_);
    std::swap(pulled_, other.pulled_);
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~Body() = default;
  /// Holds `bytes`.
  explicit Body(std::string bytes) : content_(std::move(bytes)) {}
  /// Makes a body of a part of an open file, which the server sends without reading it where it
  /// can.
  explicit Body(File file) : content_(std::move(file)) {}
  /// Makes a body that is pulled from `source`, piece by piece.
  explicit Body(std::unique_ptr<BodySource> source) : content_(std::move(source)) {}

  /// Shows bytes that stand elsewhere, without a copy. They stay unchanged as long as the exchange: literals, what came
  /// with the request, what is in the exchange's memory, what the application owns and never changes.
  [[nodiscard]] static Body borrowed(std::string_view bytes MASTIC_LIFETIMEBOUND) {
    return Body(Shared{bytes, nullptr});
  }
  /// Shows bytes that stay as long as `owner` does, and holds that.
  [[nodiscard]] static Body shared(std::string_view bytes, std::shared_ptr<const void> owner) {
    return Body(Shared{bytes, std::move(owner)});
  }
  /// Stands for content that somebody has taken: no content, and known for it.
  [[nodiscard]] static Body taken() {
    Body body;
    body.taken_ = true;
    return body;
  }
  /// Content from a function that is called for each piece and returns
  /// `std::optional<std::string>` or a `Task` of it; nothing ends the content. When it has a member
  /// `held_bytes()`, that is asked for what it keeps in memory (BodySource).
  template <class Producer>
  [[nodiscard]] static Body produced_by(Producer producer);

  /// Whether somebody else has the content by now: it was moved out of a request.
  [[nodiscard]] bool is_taken() const { return taken_; }
  /// How many bytes there are, when that is known.
  [[nodiscard]] std::optional<std::uint64_t> size() const;

  /// The whole content, when it is at hand as bytes; nothing when it has to be pulled or is a file.
  [[nodiscard]] std::optional<std::string_view> bytes() const MASTIC_LIFETIMEBOUND {
    if (const auto* const shared = std::get_if<Shared>(&content_)) return shared->bytes;
    if (const auto* const owned = std::get_if<std::string>(&content_)) return *owned;
    if (std::holds_alternative<std::monostate>(content_)) return std::string_view();
    return std::nullopt;
  }
  /// The part of a file that it is, or null.
  [[nodiscard]] const File* file() const MASTIC_LIFETIMEBOUND {
    return std::get_if<File>(&content_);
  }

  /// Bytes of memory that go when it goes. What it shares with others is theirs, and bounded by
  /// them; what is borrowed stands in the exchange, or is there anyway.
  [[nodiscard]] std::uint64_t held_bytes() const;

  /// Whether nothing of an application's runs when it goes: no source, no last owner of bytes.
  [[nodiscard]] bool is_plain() const {
    if (const auto* const shared = std::get_if<Shared>(&content_)) {
      return shared->owner == nullptr || shared->owner.use_count() > 1;
    }
    return !std::holds_alternative<std::unique_ptr<BodySource>>(content_);
  }

  /// Pulls the next piece, as BodySource does. Bytes are one piece.
  [[nodiscard]] Task<std::optional<std::string_view>> next();

  /// Pulls everything, so that `bytes` has it. Throws HttpError 413 when there is more than `most`.
  /// Once it has failed or was given up, the body is taken, and to gather it again throws
  /// std::logic_error.
  /// `hold`, when given, is called with `holder` and the size of each piece before it is kept.
  [[nodiscard]] Task<> gather(std::uint64_t most, void (*hold)(void*, std::uint64_t) = nullptr,
                              void* holder = nullptr);

  /// Pulls everything into a file at `path`, and returns how many bytes these are. Whoever looks there
  /// finds the whole file or what was there before, also after a power cut (base::NewFile); when it
  /// fails or is cancelled, nothing is left of it. A file or a link at `path` is replaced. `path` is for
  /// the application to choose: take no name for it as a client sent it.
  ///
  ///     co_await request.body().save_to("uploads/" + id, {.max_bytes = 50 << 20});
  ///
  /// The disk is waited for on threads that may (async::run_reading), 64 KiB at a time, so it holds no
  /// more than that in memory. Throws what the content throws when it cannot be had whole; StorageError
  /// when the disk is full (507) or the process has no more descriptors (503); HttpError 413 beyond
  /// `max_bytes`; std::runtime_error with the path and the remedy when the file cannot be made there.
  /// Once it has begun the body is taken, and to read it again throws std::logic_error.
  [[nodiscard]] Task<std::uint64_t> save_to(std::string path, SaveOptions options = {});

 private:
  struct Shared {
    std::string_view bytes;
    std::shared_ptr<const void> owner;
  };
  explicit Body(Shared shared) : content_(std::move(shared)) {}

  std::variant<std::monostate, std::string, Shared, File, std::unique_ptr<BodySource>> content_;
  bool pulled_ = false;
  bool taken_ = false;
};

/// A source whose pieces a function produces.
class ProducedSource : public BodySource {
 public:
  Task<std::optional<std::string_view>> next() final;
  [[nodiscard]] std::uint64_t held_bytes() const override { return piece_.capacity(); }

 protected:
  virtual Task<std::optional<std::string>> produce() = 0;

 private:
  /// Keeps `piece` and returns a view of it.
  std::optional<std::string_view> keep(std::optional<std::string> piece);
  Task<std::optional<std::string_view>> next_later(Task<std::optional<std::string>> producing);

  std::string piece_;
};

template <class Producer>
Body Body::produced_by(Producer producer) {
  using Produced = decltype(producer());
  static_assert(std::same_as<Produced, std::optional<std::string>> ||
                    std::same_as<Produced, Task<std::optional<std::string>>>,
                "a producer returns std::optional<std::string>, or a Task of it; nothing ends it");
  class Source final : public ProducedSource {
   public:
    explicit Source(Producer function) : function_(std::move(function)) {}
    [[nodiscard]] std::uint64_t held_bytes() const override {
      std::uint64_t kept = 0;
      if constexpr (requires { function_.held_bytes(); }) kept = function_.held_bytes();
      return kept + ProducedSource::held_bytes();
    }

   private:
    Task<std::optional<std::string>> produce() override { return function_(); }
    Producer function_;
  };
  return Body(std::make_unique<Source>(std::move(producer)));
}

}  // namespace mastic::app
