// Lets each allocation and each system call of a piece of code fail in turn.
//
//     for_each_failure([] { store("a", "b"); });
//
//     for_each_failure([](Failures& failures) {
//       Store store;                                            nothing fails here
//       failures.during([&] { store.put("a", "b"); });          one call fails in here
//       EXPECT_TRUE(store.is_consistent()) << failures.text();
//     });
//
// The function runs again and again: in the nth run the nth allocation fails, until a run needs
// fewer than n. So it has to make the same calls each time: with less to do by chance, it ends the
// campaign early. For allocations the program has to link mastic::failing_allocations. The environment
// variable MASTIC_FAILURE repeats one run ("alloc:7", "call:3:ENOMEM"); with "show" each run is
// announced on standard error before it begins, so that the last line names a run that crashes.
//
// Only what the calling thread allocates fails. A kernel of Failures serves one thread at a time.

#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/failing_kernel.h"
#include "mastic/base/leaks.h"

namespace mastic::base {

/// What for_each_failure lets fail, and what it checks.
struct FailureOptions {
  /// Whether allocations fail, each in turn.
  bool allocations = true;
  /// The errors of system calls: for each of them, each call of Failures::kernel fails with it in
  /// turn. Empty: no call fails.
  std::vector<int> errors = {};
  /// Whether a run that leaves a descriptor, a thread or a temporary file behind is an error. What
  /// is left only once does not count: a process may make something at its first use, and keep it.
  bool leaks = true;
  /// Whether each run has a thread of its own. A new thread has no memory yet that it keeps to use
  /// it again, so more allocations can fail.
  bool in_new_thread = false;
  /// Folders in which temporary files are looked for, besides that of the system.
  std::vector<std::filesystem::path> folders = {};
  /// How many runs there may be for each kind of failure. With more, the code does not end to fail.
  std::size_t max_runs = 100'000;
};

/// A run of for_each_failure, as its function sees it.
class Failures {
 public:
  /// Which call fails in a run.
  struct Plan {
    std::size_t nth = 0;  ///< 1 for the first; 0: none fails
    int number = 0;       ///< the error of a system call; 0: an allocation fails
  };
  /// Made by for_each_failure.
  explicit Failures(Plan plan) : plan_(plan), left_(plan.nth) {}

  /// Calls `step`, in which the failure of this run may come. A function can have several such
  /// steps; their calls are counted together.
  template <std::invocable Step>
  decltype(auto) during(Step&& step) {
    const During now(*this);
    return std::forward<Step>(step)();
  }

  /// The kernel of the system, of which a call fails within `during`.
  [[nodiscard]] FailingKernel& kernel() MASTIC_LIFETIMEBOUND { return *kernel_; }
  /// From now on, the calls of `kernel` fail instead: those of a kernel that a test has made.
  /// `kernel` has to live as long as `during` is used.
  void fail_in(FailingKernel& kernel) { kernel_ = &kernel; }

  /// Whether the failure of this run has come.
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  /// Which call fails in this run, counted from 1.
  [[nodiscard]] std::size_t nth() const { return plan_.nth; }
  /// The failure in words: "the 7th allocation", "the 3rd epoll_ctl, ENOMEM".
  [[nodiscard]] std::string text() const;
  /// The value of MASTIC_FAILURE that repeats this run.
  [[nodiscard]] std::string replay() const;
  /// Whether `during` was called.
  [[nodiscard]] bool was_used() const { return was_used_; }

 private:
  friend bool failure_has_come() noexcept;
  /// Exists while calls may fail.
  class During {
   public:
    explicit During(Failures& failures);
    ~During();
    During(const During&) = delete;
    During& operator=(const During&) = delete;
    /// Whether the failure has come, in this step or in one before.
    [[nodiscard]] bool has_failure_come() const noexcept;

   private:
    Failures& failures_;
    const During* const outer_;
    int calls_before_ = 0;
  };

  const Plan plan_;
  std::size_t left_;  ///< how many calls remain until the one that fails, including it
  bool has_failed_ = false;
  bool was_used_ = false;
  std::string failed_call_;  ///< "the 3rd epoll_ctl"; the kernel may be gone after the run
  FailingKernel own_{system_kernel()};
  FailingKernel* kernel_ = &own_;
};

/// While it exists, no allocation of its thread fails, whatever runs: for the bookkeeping of a test
/// kit, which is not what a campaign looks at. The calls of a kernel may still fail.
class FailuresPaused {
 public:
  FailuresPaused() noexcept;
  ~FailuresPaused();
  FailuresPaused(const FailuresPaused&) = delete;
  FailuresPaused& operator=(const FailuresPaused&) = delete;

 private:
  const bool has_paused_;
};

/// While it exists within a FailuresPaused, allocations may fail again: for calls of the code under
/// test.
class FailuresResumed {
 public:
  FailuresResumed() noexcept;
  ~FailuresResumed();
  FailuresResumed(const FailuresResumed&) = delete;
  FailuresResumed& operator=(const FailuresResumed&) = delete;

 private:
  const bool has_resumed_;
};

/// Whether this thread is in Failures::during and the failure of its run has come: what has not worked
/// since then may be what follows from it.
[[nodiscard]] bool failure_has_come() noexcept;

/// What for_each_failure has done.
struct FailureCount {
  std::size_t allocations = 0;  ///< how many runs there were in which an allocation failed
  std::size_t calls = 0;        ///< how many runs there were in which a system call failed
};

/// Calls `run` again and again, each time with another failure; the last time with none. The
/// failures come within Failures::during. `run` may return or throw anything; what it throws without
/// a failure leaves this function. A std::logic_error, which is what a failed check of TestClient
/// throws, ends everything in any run, and so does what a run leaves behind. This function throws
/// std::logic_error then, which says which call had failed and how to repeat that run.
FailureCount for_each_failure(const std::function<void(Failures&)>& run,
                              const FailureOptions& options = {});
/// Does the same for a function that may fail anywhere.
template <std::invocable Run>
FailureCount for_each_failure(Run run, const FailureOptions& options = {}) {
  return for_each_failure(std::function<void(Failures&)>([&](Failures& failures) {
                            failures.during([&] { static_cast<void>(run()); });
                          }),
                          options);
}

}  // namespace mastic::base
