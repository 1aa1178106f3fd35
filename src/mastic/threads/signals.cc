#include "mastic/threads/signals.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <system_error>

#include "mastic/threads/thread.h"

namespace mastic::threads {
namespace {

// The handler may run on any thread, even after Signals is destroyed, so it touches only static
// memory: it counts the signal in every place that wants it and posts the place's semaphore
// (sem_post is safe in a handler; a mutex or condition variable is not). If the place was given
// back meanwhile, the count is lost, or the next owner of the place reads it and hears of a signal
// that was really sent to the process.
//
//     handler: arrived[n]++, sem_post ──► thread of Signals: arrived[n] → 0, receiver.received(n) each

constexpr std::size_t kPlaces = 16;  // how many Signals objects there may be at a time
constexpr std::size_t kSignalNumbers = 65;

struct SignalPlace {
  std::atomic<std::uint64_t> wanted{0};  ///< bit n for signal n; 0: the place is free
  std::array<std::atomic<unsigned>, kSignalNumbers> arrived{};
  sem_t call{};
};

constinit std::array<SignalPlace, kPlaces> signal_places;
constinit std::atomic<pid_t> process{0};

/// Guards the two tables below: how many Signals objects want each signal, and the action of the
/// signal before the first of them.
constinit std::mutex registering;
constinit std::array<int, kSignalNumbers> standing{};
constinit std::array<struct sigaction, kSignalNumbers> actions_before{};

void arrive(int signal) {
  const int saved_errno = errno;
  if (::getpid() != process.load(std::memory_order_relaxed)) {
    // A forked child that has not called exec yet has our handler but not our thread: do what the
    // default action would do.
    (void)::signal(signal, SIG_DFL);
    (void)::raise(signal);
  } else {
    for (SignalPlace& place : signal_places) {
      if ((place.wanted.load() >> signal & 1) == 0) continue;
      place.arrived[static_cast<std::size_t>(signal)].fetch_add(1);
      (void)::sem_post(&place.call);
    }
  }
  errno = saved_errno;
}

void stand_for(int signal) {
  const auto index = static_cast<std::size_t>(signal);
  if (standing[index]++ > 0) return;
  struct sigaction action{};
  action.sa_handler = arrive;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  (void)::sigaction(signal, &action, &actions_before[index]);
}

void leave(int signal) {
  const auto index = static_cast<std::size_t>(signal);
  if (--standing[index] > 0) return;
  struct sigaction now{};
  (void)::sigaction(signal, nullptr, &now);
  if (now.sa_handler == arrive) (void)::sigaction(signal, &actions_before[index], nullptr);
}

std::size_t take_place(const std::vector<int>& signals) {
  const std::lock_guard lock(registering);
  const auto is_free = [](const SignalPlace& place) { return place.wanted.load() == 0; };
  const auto found = std::ranges::find_if(signal_places, is_free);
  if (found == signal_places.end()) {
    throw std::system_error(EAGAIN, std::generic_category(),
                            "too many Signals objects exist already");
  }
  if (process.exchange(::getpid()) == 0) {
    for (SignalPlace& place : signal_places) ::sem_init(&place.call, 0, 0);
  }
  std::uint64_t wanted = 0;
  for (const int signal : signals) {
    found->arrived[static_cast<std::size_t>(signal)] = 0;
    wanted |= std::uint64_t{1} << signal;
  }
  found->wanted = wanted;
  return static_cast<std::size_t>(found - signal_places.begin());
}

/// Waits for a post, at most until `due`.
void wait_for_call(SignalPlace& place, base::Instant due) noexcept {
  if (due == base::Instant::max()) {
    (void)::sem_wait(&place.call);
    return;
  }
  const auto since_boot = due.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
  const timespec deadline{.tv_sec = seconds.count(), .tv_nsec = (since_boot - seconds).count()};
  (void)::sem_clockwait(&place.call, CLOCK_MONOTONIC, &deadline);
}

void do_nothing(int) {}

}  // namespace

Signals::Signals(std::initializer_list<int> signals, SignalReceiver& receiver)
    : receiver_(receiver), signals_(signals), place_(take_place(signals_)) {
  try {
    thread_ = start_thread([this] { run(); });
  } catch (...) {
    signal_places[place_].wanted = 0;
    throw;
  }
  // The thread was started with the caller's signal mask, which may block these signals. That does
  // no harm: the kernel chooses a thread that does not block them, and from here on the calling
  // thread is such a thread.
  sigset_t unblocked;
  sigemptyset(&unblocked);
  const std::lock_guard lock(registering);
  for (const int signal : signals_) {
    stand_for(signal);
    sigaddset(&unblocked, signal);
  }
  ::pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
}

Signals::~Signals() {
  {
    const std::lock_guard lock(registering);
    for (const int signal : signals_) leave(signal);
  }
  ends_ = true;
  (void)::sem_post(&signal_places[place_].call);
  thread_.join();
  signal_places[place_].wanted = 0;
}

void Signals::expire_at(base::Instant due) noexcept {
  due_ = due;
  (void)::sem_post(&signal_places[place_].call);
}

void Signals::run() noexcept {
  name_this_thread("mastic-signals");
  SignalPlace& place = signal_places[place_];
  while (!ends_) {
    wait_for_call(place, due_);
    for (const int signal : signals_) {
      std::atomic<unsigned>& arrived = place.arrived[static_cast<std::size_t>(signal)];
      for (unsigned left = arrived.exchange(0); left > 0; --left) receiver_.received(signal);
    }
    base::Instant due = due_;
    // Exchanged, not stored: expire_at may have set another moment since, which must stay.
    const bool is_late = due <= std::chrono::steady_clock::now();
    if (is_late && due_.compare_exchange_strong(due, base::Instant::max())) receiver_.expired();
  }
}

void let_writes_fail() noexcept {
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action = {};
    action.sa_handler = do_nothing;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    (void)::sigaction(signal, &action, nullptr);
  }
}

}  // namespace mastic::threads
