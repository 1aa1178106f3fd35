// A barrier that can be broken: threads wait at it until all of them have arrived.
//
//     threads::Barrier start(3);
//     std::jthread worker([&] { prepare(); start.arrive_and_wait(); work(); });
//
// Python's `threading.Barrier`. At a std::barrier, the others wait forever for a thread that fails
// before it arrives. Here that thread calls `abort`, and the others get an exception.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "mastic/base/units.h"

namespace mastic::threads {

/// Thrown from a wait at a Barrier: the barrier was aborted or reset, the wait of another thread
/// timed out, or the function of the barrier threw.
class BrokenBarrier : public std::runtime_error {
 public:
  BrokenBarrier() : std::runtime_error("the barrier is broken: not all threads came together") {}
};

/// Lets threads pass when `parties` of them have arrived, again and again. All members may be
/// called from any thread. The barrier must outlive all waits at it.
///
///     open ──the last arrives──► complete ──function returns──► all pass, and it is open again
///       │                           └──function throws──┐
///       └──abort(), or a wait times out─────────────────┴──► broken ──reset()──► open
///
/// How a round ends is decided once, under the mutex, for all threads in it: either all pass or all
/// throw BrokenBarrier. A round that is complete can no longer be broken from outside.
class Barrier {
 public:
  /// Makes an open barrier for `parties` threads. The last thread to arrive calls `when_complete`
  /// before any thread passes. When the function throws, the barrier breaks, and the wait of the
  /// last thread throws the exception. Throws std::logic_error when `parties` is 0.
  explicit Barrier(std::size_t parties, std::function<void()> when_complete = {});
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  /// Waits until all threads have arrived. Returns how many had arrived before this one, from 0 to
  /// parties - 1. Each thread of a round gets a different number, so the thread that gets 0 can do
  /// what only one thread has to do. Throws BrokenBarrier if the barrier is broken or breaks
  /// meanwhile.
  std::size_t arrive_and_wait();
  /// Waits like `arrive_and_wait`, at most for `longest`. When the time is over, the barrier
  /// breaks: this wait and all other waits throw BrokenBarrier.
  std::size_t arrive_and_wait_for(base::Duration longest);

  /// Breaks the barrier: threads that wait, and those that arrive before the next `reset`, get
  /// BrokenBarrier.
  void abort() noexcept;
  /// Opens the barrier, whether it is broken or not. Threads that wait get BrokenBarrier.
  void reset() noexcept;

  /// Whether the barrier is broken.
  [[nodiscard]] bool is_broken() const;
  /// How many threads wait for others to arrive.
  [[nodiscard]] std::size_t waiting() const;
  /// How many threads pass together.
  [[nodiscard]] std::size_t parties() const { return parties_; }

 private:
  enum class Outcome : std::uint8_t { Open, Complete, Passed, Broken };
  /// A thread that waits. The object is on the stack of that thread.
  struct Arrival {
    Outcome outcome = Outcome::Open;
  };
  using Round = std::vector<Arrival*>;

  template <class Wait>
  std::size_t arrive(Wait wait);
  void complete(std::unique_lock<std::mutex>& lock);
  void end(Round& round, Outcome outcome) noexcept;
  void break_open_round() noexcept { end(round_, Outcome::Broken); }

  const std::size_t parties_;
  const std::function<void()> when_complete_;
  mutable std::mutex mutex_;  ///< guards all members below, and the arrivals
  std::condition_variable decided_;
  Round round_;  ///< threads that wait for others to arrive; fewer than `parties_`
  bool is_broken_ = false;
};

}  // namespace mastic::threads
