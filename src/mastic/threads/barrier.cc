#include "mastic/threads/barrier.h"

#include <utility>

#include "mastic/threads/blocking_scope.h"

namespace mastic::threads {

Barrier::Barrier(std::size_t parties, std::function<void()> when_complete)
    : parties_(parties), when_complete_(std::move(when_complete)) {
  if (parties == 0) throw std::logic_error("a barrier needs at least one thread that passes");
}

template <class Wait>
std::size_t Barrier::arrive(Wait wait) {
  Arrival self;
  std::size_t before = 0;
  {
    std::unique_lock lock(mutex_);
    if (is_broken_) throw BrokenBarrier();
    before = round_.size();
    if (before + 1 == parties_) {
      complete(lock);
      return before;
    }
    round_.push_back(&self);
  }
  const BlockingScope blocking;  // without the lock: the scope's host may start a thread
  std::unique_lock lock(mutex_);
  const auto is_decided = [&self] { return self.outcome >= Outcome::Passed; };
  wait(lock, is_decided);
  if (self.outcome == Outcome::Open) {  // the wait timed out
    is_broken_ = true;
    break_open_round();
  }
  // When the wait timed out in state Complete, the round may no longer be broken from here: it
  // passes or breaks once the barrier's function has returned or thrown.
  decided_.wait(lock, is_decided);
  if (self.outcome == Outcome::Broken) throw BrokenBarrier();
  return before;
}

std::size_t Barrier::arrive_and_wait() {
  return arrive([this](auto& lock, auto is_decided) { decided_.wait(lock, is_decided); });
}

std::size_t Barrier::arrive_and_wait_for(base::Duration longest) {
  return arrive([this, end = base::from_now(longest)](auto& lock, auto is_decided) {
    decided_.wait_until(lock, end, is_decided);
  });
}

/// Ends the round when the last thread has arrived. The function runs without the lock, so that it
/// may be slow and use the barrier; a thread that arrives meanwhile belongs to the next round.
void Barrier::complete(std::unique_lock<std::mutex>& lock) {
  Round round = std::exchange(round_, {});
  if (when_complete_) {
    for (Arrival* const each : round) each->outcome = Outcome::Complete;
    lock.unlock();
    try {
      when_complete_();
    } catch (...) {
      lock.lock();
      is_broken_ = true;
      end(round, Outcome::Broken);
      break_open_round();
      throw;
    }
    lock.lock();
  }
  end(round, Outcome::Passed);
}

/// Decides the outcome for all threads of a round. Notifies under the lock, because a thread that
/// has passed may destroy the barrier.
void Barrier::end(Round& round, Outcome outcome) noexcept {
  for (Arrival* const each : round) each->outcome = outcome;
  round.clear();
  decided_.notify_all();
}

void Barrier::abort() noexcept {
  const std::lock_guard lock(mutex_);
  is_broken_ = true;
  break_open_round();
}

void Barrier::reset() noexcept {
  const std::lock_guard lock(mutex_);
  is_broken_ = false;
  break_open_round();
}

bool Barrier::is_broken() const {
  const std::lock_guard lock(mutex_);
  return is_broken_;
}

std::size_t Barrier::waiting() const {
  const std::lock_guard lock(mutex_);
  return round_.size();
}

}  // namespace mastic::threads
