// The content of a request or a response: bytes, a part of a file, or a source that is pulled.

#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mastic/app/blocking.h"
#include "mastic/app/json_content.h"
#include "mastic/async/generator.h"
#include "mastic/async/run_blocking.h"
#include "mastic/async/task.h"
#include "mastic/base/attributes.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/units.h"
#include "mastic/http/fields.h"

namespace mastic::app {

using async::Generator;
using async::Task;

/// Content without an end, such as an event stream.
struct Endless {
  /// After this time without a piece, `heartbeat_text` is sent. It keeps proxies from closing the
  /// connection, and finds clients that are gone. Zero for never.
  base::Duration heartbeat{};
  std::string_view heartbeat_text;  ///< valid as long as the source
  std::string_view opening_text;    ///< sent directly after the head; valid as long as the source
};

/// Content that comes piece by piece. Its reader pulls each piece, so content never comes faster
/// than the reader takes it.
class BodySource {
 public:
  virtual ~BodySource() = default;

  /// Returns the next piece, which is never empty and stays valid until the next call; nothing at
  /// the end. Throws when the rest of the content cannot be had; the request or response that the
  /// content belongs to is then aborted. But the head of a response waits for the first piece, so
  /// what the first call throws is answered like an exception of the handler: with 500, or the
  /// status of an HttpError. The head of an event stream (content that is `endless`, or of the type
  /// text/event-stream) waits only until the source first waits for something, because the page is
  /// told at once that the stream is open.
  virtual Task<std::optional<std::string_view>> next() = 0;
  /// How many bytes will come in all; nothing when that is not known.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
  /// How many bytes of memory the source keeps until it is destroyed: the data from which it makes
  /// its pieces, and the last piece. A source that keeps little may return 0. Called between two
  /// calls of `next`.
  [[nodiscard]] virtual std::uint64_t held_bytes() const { return 0; }
  /// Notes that the reader keeps `bytes` more bytes of the content in memory. They count until the
  /// exchange that the content belongs to ends. Throws HttpError 503 when the process keeps too many
  /// already (max_inflight_bytes). A source that passes on the content of another body calls
  /// Body::hold of that body. Content that the application makes itself is not counted.
  virtual void hold(std::uint64_t bytes) { (void)bytes; }
  /// The trailer fields of the content. Called after `next` has returned nothing; the fields live
  /// as long as the source.
  [[nodiscard]] virtual http::FieldsView trailers() const { return {}; }
  /// An owner that keeps the last piece alive for longer than until the next call of `next`, so
  /// that a large piece can be sent without copying it; null when there is none.
  [[nodiscard]] virtual std::shared_ptr<const void> piece_owner() const { return nullptr; }
  /// How the content is kept going, if it has no end of its own: the server ends it when the client
  /// has ended its side of the connection, and soon after a drain has begun.
  [[nodiscard]] virtual const Endless* endless() const { return nullptr; }
};

/// Makes the trailer fields of content, when the content has ended.
using MakeTrailers = std::move_only_function<http::Fields()>;

/// How Body::save_to writes.
struct SaveOptions {
  /// For content with more bytes than this, HttpError 413 is thrown.
  std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max();
  /// The permissions of the file, as open() takes them: the umask of the process is removed from
  /// them. Use 0600 for a file that no other user may read.
  unsigned mode = 0666;
};

/// Thrown when content is read that was read before.
struct ContentWasRead : std::logic_error {
  using std::logic_error::logic_error;
};

/// The content of a request or response. It can be moved, not copied, and read at most once.
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
  /// Exchanges the two bodies, so that the old content is destroyed with `other`. If the old
  /// content were destroyed here, GCC 13 and 14 would warn in user code that assigns a
  /// `Response(status)` to a variable.
  Body& operator=(Body&& other) noexcept {
    content_.swap(other.content_);
    std::swap(pulled_, other.pulled_);
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~Body() = default;
  /// Holds `bytes`.
  explicit Body(std::string bytes) : content_(std::move(bytes)) {}
  /// Makes a body of a part of an open file. Where possible, the server sends that part without
  /// reading it into memory.
  explicit Body(File file) : content_(std::move(file)) {}
  /// Makes a body that is pulled from `source`, piece by piece.
  explicit Body(std::unique_ptr<BodySource> source) : content_(std::move(source)) {}

  /// Makes a body of bytes that are stored elsewhere, without a copy. The bytes must stay unchanged
  /// until the exchange ends. Literals do, and so do parts of the request, bytes in
  /// Request::memory, and data that the application owns and never changes.
  [[nodiscard]] static Body borrowed(std::string_view bytes MASTIC_LIFETIMEBOUND) {
    return Body(Shared{bytes, nullptr});
  }
  /// Makes a body of bytes that live as long as `owner`, which the body keeps.
  [[nodiscard]] static Body shared(std::string_view bytes, std::shared_ptr<const void> owner) {
    return Body(Shared{bytes, std::move(owner)});
  }
  /// Makes the body that is left behind after content has been moved out: an empty body, for which
  /// `is_taken` is true.
  [[nodiscard]] static Body taken() {
    Body body;
    body.taken_ = true;
    return body;
  }
  /// Makes a body from a function that is called for each piece and returns
  /// `std::optional<std::string>` or a `Task` of one; an empty optional ends the content. If the
  /// function object has a member `held_bytes()`, the member says how much memory the function
  /// object keeps (BodySource).
  template <class Producer>
  [[nodiscard]] static Body produced_by(Producer producer);
  /// Makes a body of the pieces that `pieces` yields; empty pieces are skipped. The generator runs
  /// only while the client takes its pieces. When the client leaves, the await of the generator
  /// throws Cancelled, and the generator is destroyed.
  ///
  ///     Generator<std::string> ticks() {
  ///       while (true) {
  ///         co_yield "tick\n";
  ///         co_await sleep_for(1s);
  ///       }
  ///     }
  [[nodiscard]] static Body produced_by(Generator<std::string> pieces);
  /// Makes a body from a function that blocks, for example in a call of a database. The function is
  /// called for each piece, on a thread that may block, and returns `std::optional<std::string>`;
  /// an empty optional ends the content. One call runs at a time, and the next one begins when the
  /// client has taken enough. When the client leaves, the call that is running is waited for.
  ///
  ///     return Body::produced_by(blocking, [rows = store.select()]() mutable { return rows.next(); });
  template <class Producer>
  [[nodiscard]] static Body produced_by(Blocking, Producer producer);

  /// Another body with the same bytes, if they are borrowed or shared, or there are none. Bytes
  /// that this body owns alone, files and sources have no other.
  [[nodiscard]] std::optional<Body> share() const;
  /// Lets content that is in memory be read from its beginning once more.
  void restart() {
    if (bytes()) pulled_ = taken_ = false;
  }

  /// Whether the content is no longer here: it was moved out of a request, read to the end by one
  /// of the readers (read_all, save_to, BodyLines and others), or lost when `gather` failed.
  [[nodiscard]] bool is_taken() const { return taken_; }
  /// How many bytes the content has; nothing when that is not known.
  [[nodiscard]] std::optional<std::uint64_t> size() const;

  /// Whether the whole content is in memory; false when it has to be pulled or is a file.
  [[nodiscard]] bool is_in_memory() const { return content_.index() < kFirstElsewhere; }
  /// The whole content, if it is in memory.
  [[nodiscard]] std::optional<std::string_view> bytes() const MASTIC_LIFETIMEBOUND {
    if (const auto* const shared = std::get_if<Shared>(&content_)) return shared->bytes;
    if (const auto* const owned = std::get_if<std::string>(&content_)) return *owned;
    if (std::holds_alternative<std::monostate>(content_)) return std::string_view();
    return std::nullopt;
  }
  /// The part of a file that the body consists of, or null.
  [[nodiscard]] const File* file() const MASTIC_LIFETIMEBOUND {
    return std::get_if<File>(&content_);
  }

  /// How many bytes of memory are freed when the body is destroyed. Borrowed bytes and bytes that
  /// the body shares with other owners are not counted.
  [[nodiscard]] std::uint64_t held_bytes() const {
    if (const auto* const shared = std::get_if<Shared>(&content_)) {
      return shared->owner.use_count() == 1 ? shared->bytes.size() : 0;
    }
    if (const auto* const owned = std::get_if<std::string>(&content_)) return owned->capacity();
    const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_);
    return source != nullptr ? (*source)->held_bytes() : 0;
  }

  /// What BodySource::piece_owner of the source returns; null when the body has no source.
  [[nodiscard]] std::shared_ptr<const void> piece_owner() const {
    const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_);
    return source != nullptr ? (*source)->piece_owner() : nullptr;
  }
  /// What BodySource::endless of the source returns; null when the body has no source.
  [[nodiscard]] const Endless* endless() const MASTIC_LIFETIMEBOUND {
    const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_);
    return source != nullptr ? (*source)->endless() : nullptr;
  }

  /// Whether destroying the body runs no code of the application: it has no source, and is not the
  /// last owner of shared bytes.
  [[nodiscard]] bool is_plain() const {
    if (const auto* const shared = std::get_if<Shared>(&content_)) {
      return shared->owner == nullptr || shared->owner.use_count() > 1;
    }
    return !is_produced();
  }
  /// What the content is pulled from, to recognize it; null when the body has no source.
  [[nodiscard]] const BodySource* source() const MASTIC_LIFETIMEBOUND {
    const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_);
    return source != nullptr ? source->get() : nullptr;
  }
  /// Puts another source in the place of the one that the content is pulled from: `put` gets that
  /// one and returns the other. For layers that watch or change content as it passes. Requires:
  /// is_produced().
  template <std::invocable<std::unique_ptr<BodySource>> Put>
  void replace_source(const Put& put) {
    auto& source = std::get<std::unique_ptr<BodySource>>(content_);
    source = put(std::move(source));
  }
  /// Whether the content is pulled from a source.
  [[nodiscard]] bool is_produced() const {
    return std::holds_alternative<std::unique_ptr<BodySource>>(content_);
  }

  /// Pulls the next piece, as BodySource does. Content that is in memory is one piece.
  [[nodiscard]] Task<std::optional<std::string_view>> next();

  /// Pulls the whole content, so that `bytes` returns it. Throws HttpError 413 when the content has
  /// more than `most` bytes. After gathering has failed or has been abandoned, the body counts as
  /// taken, and gathering it again throws std::logic_error. Each piece is counted before it is kept:
  /// by `count`, which is called with `counter` and the size of the piece, or else by `hold`.
  [[nodiscard]] Task<> gather(std::uint64_t most, void (*count)(void*, std::uint64_t) = nullptr,
                              void* counter = nullptr);

  // ---- readers, each of which reads the whole content. A second one throws std::logic_error. ----

  /// Pulls the whole content and gives it as a string. Throws HttpError: 413 when the content has
  /// more than `max_bytes`, without reading the rest; 503 when the process holds too much content
  /// already (max_inflight_bytes).
  [[nodiscard]] Task<std::string> read_all(std::uint64_t max_bytes);
  /// Pulls the whole content, which is JSON, and gives it as a T; the media type of the content is
  /// not looked at. Throws HttpError: 413 when the content has more than `max_bytes`, 400 when it
  /// is not JSON, 422 when it is not a T. Both messages name the place of the mistake. Throws 503 as
  /// `read_all` does.
  template <json::JsonReadable T>
  [[nodiscard]] Task<T> read_json(std::uint64_t max_bytes);
  /// Notes that the caller is going to read the content with `next`, and that it may have at most
  /// `max_bytes`. Throws std::logic_error when the content was read, or is being read, already, and
  /// HttpError 413 when it is known to be larger. For readers of your own.
  void begin_reading(std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max());
  /// Notes that the caller keeps `bytes` more bytes of what it has pulled in memory, as
  /// BodySource::hold does. For readers of your own.
  void hold(std::uint64_t bytes) {
    if (auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_)) {
      (*source)->hold(bytes);
    }
  }
  /// Adds trailer fields to content that has to be pulled. Returns false for other content, which
  /// stays as it is. For Response::set_trailers, which says more.
  [[nodiscard]] bool add_trailers(std::string names, MakeTrailers make);
  /// The trailer fields of content that was pulled to its end. The fields live as long as the body.
  [[nodiscard]] http::FieldsView trailers() const MASTIC_LIFETIMEBOUND {
    const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&content_);
    return source != nullptr ? (*source)->trailers() : http::FieldsView();
  }

  /// Pulls the whole content into a file at `path`, and returns the size of the file in bytes. At
  /// any moment, also after a power cut, `path` holds either the whole new file or what was there
  /// before (base::NewFile). When saving fails or is cancelled, no part of the file is left. A file
  /// or link at `path` is replaced. Let the application choose `path`: do not use a name as the
  /// client sent it.
  ///
  ///     co_await request.body().save_to("uploads/" + id, {.max_bytes = 50 << 20});
  ///
  /// The content is written in blocks of 64 KiB and more, on threads that may wait for the disk
  /// (async::run_reading); while the writes of a large file are quick, on the loop. One block and
  /// one piece of the content are kept in memory. Throws what the source
  /// of the content throws when the content cannot be read to its end; StorageError when the disk
  /// is full (507) or the process has no more descriptors (503); HttpError 413 when the content has
  /// more than `max_bytes`; std::runtime_error with the path and the remedy when the file cannot be
  /// created. Once saving has begun, the body counts as taken, and reading it again throws
  /// std::logic_error.
  [[nodiscard]] Task<std::uint64_t> save_to(std::string path, SaveOptions options = {});

 private:
  struct Shared {
    std::string_view bytes;
    std::shared_ptr<const void> owner;
  };
  explicit Body(Shared shared) : content_(std::move(shared)) {}

  std::variant<std::monostate, std::string, Shared, File, std::unique_ptr<BodySource>> content_;
  static constexpr std::size_t kFirstElsewhere = 3;  ///< these and later ones are not in memory
  bool pulled_ = false;
  bool taken_ = false;
};

/// A source whose pieces are produced as strings of their own; empty pieces are skipped.
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

template <class Producer>
Body Body::produced_by(Blocking, Producer producer) {
  static_assert(std::same_as<decltype(producer()), std::optional<std::string>>,
                "a producer that blocks returns std::optional<std::string>; nothing ends it");
  class Source final : public ProducedSource {
   public:
    explicit Source(Producer function) : function_(std::move(function)) {}

   private:
    Task<std::optional<std::string>> produce() override {
      std::optional<std::string> piece = co_await async::run_blocking_part(function_);
      co_return piece;
    }
    Producer function_;
  };
  return Body(std::make_unique<Source>(std::move(producer)));
}

template <json::JsonReadable T>
Task<T> Body::read_json(std::uint64_t max_bytes) {
  const std::string text = co_await read_all(max_bytes);
  co_return parse_json_content<T>(text);
}

}  // namespace mastic::app
