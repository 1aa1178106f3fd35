#include "mastic/threads/stack_trace.h"

#include <semaphore.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>

#include "mastic/base/assert.h"
#include "mastic/base/own_source.h"
#include "mastic/threads/stack_walk.h"

namespace mastic::threads {
namespace {

// The answer is written by a signal handler on the other thread. The handler may run late or never,
// and it cannot wait. So the places for answers are static, the signal carries the number of the
// request, and both sides change the state of a place only by compare-and-swap:
//
//     Idle ──► Asked ──► Writing ──► Written ──► Idle     asked and answered
//                │          └──────► Left ─────► Idle     given up while the handler writes
//                └──► Idle                                given up before: the handler writes nothing
//
// 1. Only the handler that has set Writing writes the stack, until it sets Written, or Idle when
//    the place was Left.
// 2. Only the asking thread reads the stack, once it is Written.
// 3. A handler with an old number finds another state, and does nothing.

enum class Phase : std::uint64_t { Idle, Asked, Writing, Written, Left };
constexpr unsigned kPhaseBits = 3;
constexpr unsigned kPlaceBits = 4;

struct Place {
  std::atomic<std::uint64_t> state{0};  ///< the number of the request, and its phase
  RawStack stack;
  sem_t written{};
};

// Static, so that a late handler finds its place even when everything else has been destroyed.
// Several places, because a place stays occupied while a handler hangs in it.
constinit std::array<Place, std::size_t{1} << kPlaceBits> places;

std::uint64_t state_of(std::uint64_t number, Phase phase) {
  return number << kPhaseBits | static_cast<std::uint64_t>(phase);
}
bool swap(Place& place, std::uint64_t number, Phase from, Phase to) {
  std::uint64_t expected = state_of(number, from);
  return place.state.compare_exchange_strong(expected, state_of(number, to));
}

std::vector<std::uintptr_t> copy(const RawStack& stack) {
  return {stack.addresses.begin(),
          stack.addresses.begin() + static_cast<std::ptrdiff_t>(stack.count)};
}

std::vector<std::uintptr_t> own_stack() {
  RawStack stack;
  walk_stack(stack);
  return copy(stack);
}

void answer(int, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  std::uint64_t value = 0;
  static_assert(sizeof value == sizeof info->si_value);
  std::copy_n(reinterpret_cast<const char*>(&info->si_value), sizeof value,
              reinterpret_cast<char*>(&value));
  Place& place = places[value & (places.size() - 1)];
  const std::uint64_t number = value >> kPlaceBits;
  if (info->si_code == SI_QUEUE && swap(place, number, Phase::Asked, Phase::Writing)) {
    walk_stack(place.stack, context);
    if (swap(place, number, Phase::Writing, Phase::Written)) {
      ::sem_post(&place.written);
    } else {
      place.state = state_of(number, Phase::Idle);  // it was Left
    }
  }
  errno = saved_errno;
}

/// Installs the handler. Returns its signal, or 0 when all real-time signals are in use.
int install_handler() {
  for (Place& place : places) ::sem_init(&place.written, 0, 0);
  // Call here what the handler will call, so that the dynamic linker resolves those functions now.
  // Resolving them in a handler could deadlock.
  (void)own_stack();
  ::sem_post(&places[0].written);
  ::sem_wait(&places[0].written);
  for (int signal = SIGRTMAX - 1; signal > SIGRTMIN; --signal) {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action = {};
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    if (::sigaction(signal, &action, nullptr) == 0) return signal;
  }
  return 0;
}

/// Waits until the answer is written; false when `until` has passed.
bool wait_for_answer(Place& place, base::Instant until) {
  const auto since_boot = until.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
  const timespec deadline{.tv_sec = seconds.count(), .tv_nsec = (since_boot - seconds).count()};
  while (::sem_clockwait(&place.written, CLOCK_MONOTONIC, &deadline) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

/// The name of a function without its result and parameters: "mastic::app::respond<int>".
std::string_view name_of(std::string_view function) {
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    if (depth == 0 && c == '(' && !function.substr(i).starts_with("(anonymous")) {
      return function.substr(begin, i - begin);
    }
    if (c == '<' || c == '(' || c == '{') ++depth;
    if (c == '>' || c == ')' || c == '}') --depth;
    if (depth == 0 && c == ' ') begin = i + 1;
  }
  return function.substr(begin);
}

/// Whether a function is the library's own, judged by its name because there is no debug
/// information: it is in a namespace that lies between a server and a handler.
bool is_own_function(std::string_view function) {
  const std::string_view name = name_of(function);
  constexpr std::array<std::string_view, 6> kOwn = {
      "mastic::app::",  "mastic::async::",      "mastic::http::",
      "mastic::json::", "mastic::middleware::", "mastic::routing::"};
  return std::ranges::any_of(kOwn, [&](std::string_view own) { return name.starts_with(own); });
}

bool is_own(const StackFrame& frame) {
  return frame.file.empty() ? is_own_function(frame.function) : base::is_own_source(frame.file);
}

/// Whether a frame is the standard library's, such as std::invoke, through which the library calls
/// functions of the application.
bool is_of_standard_library(const StackFrame& frame) {
  return frame.file.empty() ? name_of(frame.function).starts_with("std::")
                            : frame.file.find("/include/c++/") != std::string::npos;
}

}  // namespace

std::vector<StackFrame> frames_of_application(std::vector<StackFrame> frames) {
  // The frames come from the inside out: what the application calls, the application itself, and
  // its callers. The callers are all the library's own, so they are cut off first.
  std::vector<StackFrame> kept;
  std::size_t end = frames.size();
  while (end > 0 && (is_own(frames[end - 1]) || is_of_standard_library(frames[end - 1]))) --end;
  for (std::size_t i = 0; i < end; ++i) {
    if (is_own(frames[i]) && is_own(frames[i + 1])) continue;
    kept.push_back(frames[i]);
  }
  const bool has_others = std::ranges::any_of(kept, [](const StackFrame& frame) {
    return !is_own(frame) && !is_of_standard_library(frame);
  });
  return has_others ? kept : frames;
}

std::vector<std::uintptr_t> capture_stack(int thread, base::Duration longest,
                                          base::Kernel& kernel) {
  if (thread == kernel.gettid()) return own_stack();
  static const int signal = install_handler();
  static std::timed_mutex one_at_a_time;
  static std::uint64_t last_number = 0;

  const base::Instant until = base::from_now(longest);
  const std::unique_lock lock(one_at_a_time, until);
  if (!lock.owns_lock() || signal == 0) return {};
  const auto is_idle = [](const Place& place) {
    return (place.state.load() & ((1U << kPhaseBits) - 1)) == 0;
  };
  const auto place = std::ranges::find_if(places, is_idle);
  if (place == places.end()) return {};  // every place has a handler that hangs

  const std::uint64_t number = ++last_number;
  place->state = state_of(number, Phase::Asked);
  const auto index = static_cast<std::uint64_t>(place - places.begin());
  if (kernel.tgsigqueue(thread, signal, number << kPlaceBits | index) != 0) {
    place->state = state_of(number, Phase::Idle);
    return {};
  }
  if (!wait_for_answer(*place, until)) {
    if (swap(*place, number, Phase::Asked, Phase::Idle)) return {};
    if (swap(*place, number, Phase::Writing, Phase::Left)) return {};
    // Neither swap worked, so the answer was written just now: take its post too.
    while (::sem_wait(&place->written) != 0) {
    }
  }
  MASTIC_ASSERT(place->state == state_of(number, Phase::Written));
  std::vector<std::uintptr_t> addresses = copy(place->stack);
  place->state = state_of(number, Phase::Idle);
  return addresses;
}

std::string describe_stack(std::span<const StackFrame> frames) {
  std::string text;
  const auto append_offset = [&](std::size_t offset) {
    char digits[2 * sizeof offset];
    std::size_t at = sizeof digits;
    do {
      digits[--at] = "0123456789abcdef"[offset % 16];
      offset /= 16;
    } while (offset != 0);
    text.append("0x").append(digits + at, sizeof digits - at);
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto& [address, function, file, line, module, offset] = frames[i];
    text.append("#").append(std::to_string(i)).append(" ").append(function);
    if (!file.empty()) {
      text.append(function.empty() ? "" : " at ").append(file);
      if (line > 0) text.append(":").append(std::to_string(line));
    } else if (!function.empty()) {
      text.append(" in ").append(module);
    } else if (!module.empty()) {
      text.append(module).append("+");
      append_offset(offset);
    } else {
      append_offset(address);
    }
    text += '\n';
  }
  return text;
}

}  // namespace mastic::threads
