// The exchange that carries a request through an application, in a server or in a test.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "mastic/app/blocking.h"
#include "mastic/app/draining.h"
#include "mastic/async/context.h"
#include "mastic/async/task.h"
#include "mastic/base/arena.h"
#include "mastic/base/log.h"
#include "mastic/base/server_status.h"
#include "mastic/base/units.h"
#include "mastic/http/fields.h"
#include "mastic/http/status.h"

namespace mastic::websocket {
struct Options;
}  // namespace mastic::websocket

namespace mastic::app {

struct UploadOptions;

/// How an exchange ended.
struct Outcome {
  http::Status status = http::Status::Ok;
  std::uint64_t content_bytes = 0;  ///< how many bytes of the response's content were sent
  base::Duration duration{};        ///< from the request's head to the last byte
  bool complete = false;            ///< false: aborted, by the client or by an error
};

/// A function to call at the end of an exchange. It is stored in the memory of the exchange.
class Finisher {
 public:
  virtual void finished(const Outcome& outcome) noexcept = 0;
  virtual ~Finisher() = default;

 private:
  friend class FinisherList;
  Finisher* next_ = nullptr;
};

/// The finishers of an exchange. They are called in reverse order of registration, so that what was
/// begun last ends first.
class FinisherList {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void add(Finisher& finisher) {
    finisher.next_ = first_;
    first_ = &finisher;
  }
  /// The finisher that was added last, or null.
  [[nodiscard]] const Finisher* last() const { return first_; }
  /// Calls and destroys all finishers, or, if `until` is given, those that were added after it.
  void finish(const Outcome& outcome, const Finisher* until = nullptr) noexcept {
    while (first_ != until) {
      Finisher& finisher = *first_;
      first_ = finisher.next_;
      finisher.finished(outcome);
      finisher.~Finisher();
    }
  }

 private:
  Finisher* first_ = nullptr;
};

/// An exchange as its request sees it. The members are called in user code, unless their comments
/// say otherwise.
class ExchangeContext {
 public:
  /// A number that no other exchange of this process has, and that cannot be guessed.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] async::Context& context() { return context_; }
  /// Memory that lives as long as the exchange.
  [[nodiscard]] base::Arena& memory() { return memory_; }
  [[nodiscard]] FinisherList& finishers() { return finishers_; }
  [[nodiscard]] virtual base::Log& log() = 0;
  /// The token that is stopped when the client leaves, at a deadline and at shutdown.
  [[nodiscard]] virtual std::stop_token stop_token() = 0;
  /// Why the token of `stop_token` was stopped; nothing while it is not stopped. Callable from any
  /// thread.
  [[nodiscard]] virtual std::optional<StopReason> stop_reason() const = 0;
  [[nodiscard]] virtual DrainSignal& drain_signal() = 0;
  /// Sends an interim response (1xx other than 100 and 101) before the answer.
  [[nodiscard]] virtual async::Task<> inform(http::Status status, http::Fields fields) = 0;
  /// The trailer fields of the request's content, once the content was read to its end.
  [[nodiscard]] virtual http::FieldsView trailers() const { return {}; }
  /// How many bytes of content are gathered at most for a handler that does not pull the content.
  [[nodiscard]] virtual std::uint64_t max_body_bytes() const = 0;
  /// The settings of the server for uploads, which live as long as it; null in a test without one.
  [[nodiscard]] virtual const UploadOptions* upload_options() const { return nullptr; }
  /// Notes that `bytes` more bytes of content are kept in memory until the exchange ends. Throws
  /// HttpError 503 when the process keeps too many already (max_inflight_bytes).
  virtual void hold(std::uint64_t bytes) = 0;
  /// Whether a warning may be logged now that all exchanges could cause at once. A server allows one
  /// a second.
  [[nodiscard]] virtual bool may_warn() noexcept { return true; }
  /// Whether the server is in debug mode, in which answers to errors may show details.
  [[nodiscard]] virtual bool is_debug() const { return false; }
  /// The hosts that may see details, besides the names of this machine (own_host.h).
  [[nodiscard]] virtual std::span<const std::string> allowed_hosts() const { return {}; }

  /// The server's settings for WebSockets, which outlive its connections; null in a test without a
  /// server.
  [[nodiscard]] virtual const websocket::Options* websocket_options() const { return nullptr; }
  /// The server that carries the exchange, for pages about the server; null in a test without one.
  [[nodiscard]] virtual base::ServerStatus* server_status() { return nullptr; }

  // Where the handlers of the exchange run (BlockingHistory).

  /// Notes that the plain handler with this history is entered on this thread. Null notes that the
  /// handler was left.
  void enter(BlockingHistory* history) noexcept {
    entered_.store(history, std::memory_order_relaxed);
  }
  /// Called on a thread that may block: with true when a handler begins to run there, and with
  /// false when the handler has ended.
  virtual void runs_elsewhere(bool begins) noexcept { (void)begins; }
  /// Whether this thread may block, because all code of the exchange runs on such a thread just
  /// now.
  [[nodiscard]] bool may_block() const noexcept {
    return may_block_.load(std::memory_order_relaxed);
  }
  /// How long a handler may wait for a thread that may block.
  [[nodiscard]] virtual base::Duration queue_timeout() const { return std::chrono::seconds(5); }

 protected:
  /// `context` and `memory` must outlive this object.
  ExchangeContext(async::Context& context, base::Arena& memory, std::uint64_t id)
      : context_(context), memory_(memory), id_(id) {}
  ExchangeContext(const ExchangeContext&) = delete;
  ExchangeContext& operator=(const ExchangeContext&) = delete;
  ~ExchangeContext() = default;
  /// The history of the handler that was entered, or null. Callable from any thread, so the result
  /// may be out of date a moment later.
  [[nodiscard]] BlockingHistory* entered() const noexcept {
    return entered_.load(std::memory_order_relaxed);
  }
  /// Sets what `may_block` returns. Called on the executor, before and after code of the exchange
  /// runs.
  void set_may_block(bool may) noexcept { may_block_.store(may, std::memory_order_relaxed); }

 private:
  async::Context& context_;
  base::Arena& memory_;
  const std::uint64_t id_;
  FinisherList finishers_;
  std::atomic<BlockingHistory*> entered_{nullptr};
  std::atomic<bool> may_block_{false};
};

}  // namespace mastic::app
