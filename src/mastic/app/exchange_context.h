// What carries a request through an application: an exchange of a server, or a test.

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

namespace mastic::app {

/// How an exchange ended.
struct Outcome {
  http::Status status = http::Status::Ok;
  std::uint64_t content_bytes = 0;  ///< of the response's content, as far as they were sent
  base::Duration duration{};        ///< from the request's head to the last byte
  bool complete = false;            ///< false: aborted, by the client or by an error
};

/// Something to call at the end of an exchange; stands in its memory.
class Finisher {
 public:
  virtual void finished(const Outcome& outcome) noexcept = 0;
  virtual ~Finisher() = default;

 private:
  friend class FinisherList;
  Finisher* next_ = nullptr;
};

/// Finishers in reverse order of registration: what was begun last is ended first.
class FinisherList {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void add(Finisher& finisher) {
    finisher.next_ = first_;
    first_ = &finisher;
  }
  /// Calls and destroys them all.
  void finish(const Outcome& outcome) noexcept {
    while (first_ != nullptr) {
      Finisher& finisher = *first_;
      first_ = finisher.next_;
      finisher.finished(outcome);
      finisher.~Finisher();
    }
  }

 private:
  Finisher* first_ = nullptr;
};

/// The side of an exchange that its request sees. Used in user code only.
class ExchangeContext {
 public:
  /// A number that no other exchange of this process has, and that cannot be guessed.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] async::Context& context() { return context_; }
  /// Memory that lives as long as the exchange.
  [[nodiscard]] base::Arena& memory() { return memory_; }
  [[nodiscard]] FinisherList& finishers() { return finishers_; }
  [[nodiscard]] virtual base::Log& log() = 0;
  /// Requested when the client leaves, at a deadline and at shutdown.
  [[nodiscard]] virtual std::stop_token stop_token() = 0;
  /// From any thread: which of these it was; nothing while it was not requested.
  [[nodiscard]] virtual std::optional<StopReason> stop_reason() const = 0;
  [[nodiscard]] virtual DrainSignal& drain_signal() = 0;
  /// Sends an interim response (1xx other than 100 and 101) before the answer.
  [[nodiscard]] virtual async::Task<> inform(http::Status status, http::Fields fields) = 0;
  /// How many bytes of content are gathered for a handler that does not pull them.
  [[nodiscard]] virtual std::uint64_t max_body_bytes() const = 0;
  /// So many more bytes of content are kept in memory until the exchange ends. Throws HttpError 503
  /// when the process keeps too many already.
  virtual void hold(std::uint64_t bytes) = 0;
  /// Whether answers to errors may show what is inside.
  [[nodiscard]] virtual bool is_debug() const { return false; }
  /// The hosts that may see the inside besides this machine's own (own_host.h).
  [[nodiscard]] virtual std::span<const std::string> allowed_hosts() const { return {}; }

  /// The server that carries it, for pages about that; none in a test without one.
  [[nodiscard]] virtual base::ServerStatus* server_status() { return nullptr; }

  // Where its handlers run (BlockingHistory).

  /// A plain handler is entered here, or (null) was left.
  void enter(BlockingHistory* history) noexcept {
    entered_.store(history, std::memory_order_relaxed);
  }
  /// On a thread that may block: a handler begins to run there, or (false) has ended.
  virtual void runs_elsewhere(bool begins) noexcept { (void)begins; }
  /// Whether this thread may block, for all of the exchange's code runs on such a one just now.
  [[nodiscard]] bool may_block() const noexcept {
    return may_block_.load(std::memory_order_relaxed);
  }
  /// How long a handler may wait for a thread that may block.
  [[nodiscard]] virtual base::Duration queue_timeout() const { return std::chrono::seconds(5); }

 protected:
  /// All must outlive it.
  ExchangeContext(async::Context& context, base::Arena& memory, std::uint64_t id)
      : context_(context), memory_(memory), id_(id) {}
  ExchangeContext(const ExchangeContext&) = delete;
  ExchangeContext& operator=(const ExchangeContext&) = delete;
  ~ExchangeContext() = default;
  /// From any thread: the handler that was entered; may be none, or another, a moment later.
  [[nodiscard]] BlockingHistory* entered() const noexcept {
    return entered_.load(std::memory_order_relaxed);
  }
  /// On the executor, before the exchange's code runs and after that.
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
