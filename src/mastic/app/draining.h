// How a request learns that its server is about to stop.
//
//     co_await when_any(news.wait(), sleep_for(30s), request.draining());    // a task
//     std::stop_callback quicker(request.draining(), [&] { give_up(); });    // any code

#pragma once

#include <coroutine>
#include <cstdint>
#include <source_location>
#include <stop_token>

#include "mastic/async/event.h"

namespace mastic::app {

/// Why the stop token of a request fired.
enum class StopReason : std::uint8_t {
  Disconnect,  ///< the client has closed the connection, or only its own side
  Deadline,    ///< the handler took too long, or the client does not take its answer
  Shutdown,    ///< the server stops, and no longer waits for requests
};

/// Tells all requests of a loop when a drain begins. All members may be called from any thread.
class DrainSignal {
 public:
  DrainSignal(const DrainSignal&) = delete;
  DrainSignal& operator=(const DrainSignal&) = delete;

  /// Whether the drain has begun.
  [[nodiscard]] bool has_begun() const { return begun_.is_set(); }
  /// A token that is stopped when the drain begins. It may outlive the signal.
  [[nodiscard]] virtual std::stop_token token() = 0;
  /// The event that tasks await; it is set when the drain begins.
  [[nodiscard]] async::Event& event() { return begun_; }

 protected:
  DrainSignal() = default;
  ~DrainSignal() = default;

 private:
  async::Event begun_;
};

/// Says that the server drains: the server accepts no more connections, and waits for the requests
/// that are under way, but only until a deadline (--drain-timeout). A drain cancels nothing. Code
/// that would wait for long, such as a long poll, should answer now. For a request that begins
/// during a drain, `has_begun` is true from the start.
///
/// A Draining converts to a std::stop_token, and a task can await it: alone, in when_any or in
/// select.
class [[nodiscard]] Draining {
 public:
  /// Made by Request::draining. `signal` must outlive this object.
  explicit Draining(DrainSignal& signal) : signal_(&signal), wait_(signal.event().wait()) {}

  /// Whether the drain has begun.
  [[nodiscard]] bool has_begun() const { return signal_->has_begun(); }
  /// A token that is stopped when the drain begins. Its callbacks run on the loop, as those of
  /// Request::stop_token do.
  [[nodiscard]] std::stop_token token() const { return signal_->token(); }
  operator std::stop_token() const { return token(); }

  // The await ends when the drain begins, or at once if the drain has begun already. Like every
  // await, it throws Cancelled when the task is cancelled.
  [[nodiscard]] static constexpr bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    return wait_.await_suspend(waiter, where);
  }
  void await_resume() const { wait_.await_resume(); }
  /// The waiter that a select queues at the event.
  [[nodiscard]] async::Waiter& waiter() { return wait_; }

 private:
  DrainSignal* signal_;
  async::Event::Wait wait_;
};

}  // namespace mastic::app
