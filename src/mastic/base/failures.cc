#include "mastic/base/failures.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/base/failing_allocations.h"
#include "mastic/base/text.h"

namespace mastic::base {

// Only programs that link mastic::failing_allocations have these, so here they are weak.
// NOLINTBEGIN(readability-redundant-declaration)
[[gnu::weak]] bool counts_allocations() noexcept;
[[gnu::weak]] void fail_allocation(std::size_t nth) noexcept;
[[gnu::weak]] std::size_t stop_failing_allocations() noexcept;
// NOLINTEND(readability-redundant-declaration)

namespace {

bool is_linked() { return &fail_allocation != nullptr; }

/// How many allocations of this thread remain until the one that fails, while FailuresPaused holds
/// them back.
constinit thread_local std::size_t held_back = 0;
/// The Failures::During that this thread is in.
constinit thread_local const void* current_during = nullptr;

std::string name_of(int number) {
  const char* const name = ::strerrorname_np(number);
  return name != nullptr ? name : std::to_string(number);
}

int number_of(std::string_view name) {
  constexpr int kMostErrors = 200;
  for (int number = 1; number < kMostErrors; ++number) {
    if (name_of(number) == name) return number;
  }
  throw std::logic_error("MASTIC_FAILURE: there is no error '" + std::string(name) + "'");
}

/// What MASTIC_FAILURE asks for: one run, or that runs are announced.
struct Wish {
  std::optional<Failures::Plan> only;
  bool is_shown = false;
};

Wish read_wish() {
  const char* const variable = std::getenv("MASTIC_FAILURE");
  if (variable == nullptr || *variable == '\0') return {};
  if (std::string_view(variable) == "show") return {.is_shown = true};
  std::string_view rest = variable;
  const std::string_view kind = take_until(rest, ':');
  const auto nth = parse_decimal(take_until(rest, ':'));
  if (!nth || *nth == 0 || *nth > INT_MAX || (kind == "alloc") != rest.empty() ||
      (kind != "alloc" && kind != "call")) {
    throw std::logic_error("MASTIC_FAILURE is '" + std::string(variable) +
                           "': write alloc:7, call:3:ENOMEM or show");
  }
  return {.only = Failures::Plan{*nth, kind == "call" ? number_of(rest) : 0}};
}

/// Whether this thread is in for_each_failure.
constinit thread_local bool is_running = false;

/// Runs the function of a campaign.
class Campaign {
 public:
  Campaign(const std::function<void(Failures&)>& run, const FailureOptions& options)
      : run_(run), options_(options), wish_(read_wish()) {}

  FailureCount execute() {
    if (is_running) {
      throw std::logic_error(
          "for_each_failure is called within for_each_failure: which failure comes would be "
          "unclear");
    }
    is_running = true;
    const std::unique_ptr<bool, void (*)(bool*)> end(&is_running,
                                                     [](bool* running) { *running = false; });
    const bool is_for_allocations = wish_.only && wish_.only->number == 0;
    if ((options_.allocations || is_for_allocations) && !is_linked()) {
      throw std::logic_error(
          "allocations cannot be made to fail in this program: link the CMake target "
          "mastic::failing_allocations to it, or choose .allocations = false");
    }
    if (wish_.only) {
      (void)run_once(*wish_.only);
      return {};
    }
    FailureCount count;
    const bool may_allocations_fail = options_.allocations && counts_allocations();
    if (may_allocations_fail) count.allocations = run_all(0);
    for (const int number : options_.errors) count.calls += run_all(number);
    if (!may_allocations_fail && options_.errors.empty()) (void)run_once({});
    return count;
  }

 private:
  /// Returns how many runs failed before one did not.
  std::size_t run_all(int number) {
    for (std::size_t nth = 1; nth <= options_.max_runs; ++nth) {
      if (!run_once({nth, number})) return nth - 1;
    }
    throw std::logic_error("there were " + std::to_string(options_.max_runs) +
                           " runs, and one more call could fail in each of them");
  }

  /// Whether there was a failure in this run.
  bool run_once(Failures::Plan plan) {
    const Leaks before(options_.folders);
    const bool has_failed = call(plan);
    if (!options_.leaks || before.to_string().empty()) return has_failed;
    const Leaks again(options_.folders);
    (void)call(plan);
    const std::string left = again.to_string();
    if (!left.empty()) stop("this is left behind: " + left);
    return has_failed;
  }

  bool call(Failures::Plan plan) {
    Failures failures(plan);
    if (wish_.is_shown) std::fprintf(stderr, "MASTIC_FAILURE=%s\n", failures.replay().c_str());
    try {
      start(failures);
      last_ = {failures.text(), failures.replay()};
    } catch (const std::logic_error& error) {
      if (!failures.has_failed()) throw;
      last_ = {failures.text(), failures.replay()};
      stop(error.what());
    } catch (...) {
      if (!failures.has_failed()) throw;
      last_ = {failures.text(), failures.replay()};
    }
    if (!failures.was_used()) {
      throw std::logic_error("nothing can fail: the function never calls Failures::during");
    }
    return failures.has_failed();
  }

  void start(Failures& failures) {
    if (!options_.in_new_thread) return run_(failures);
    std::async(std::launch::async, [&] { run_(failures); }).get();
  }

  /// Ends the campaign because of the last run.
  [[noreturn]] void stop(const std::string& what) const {
    throw std::logic_error("when " + last_.text + " fails: " + what +
                           "\nMASTIC_FAILURE=" + last_.replay + " repeats this run");
  }

  /// How the last run is called.
  struct Name {
    std::string text;
    std::string replay;
  };

  const std::function<void(Failures&)>& run_;
  const FailureOptions& options_;
  const Wish wish_;
  Name last_;
};

}  // namespace

std::string Failures::text() const {
  if (plan_.number == 0) return "the " + to_ordinal(plan_.nth) + " allocation";
  const std::string any = "the " + to_ordinal(plan_.nth) + " system call";
  return (failed_call_.empty() ? any : failed_call_) + ", " + name_of(plan_.number);
}

std::string Failures::replay() const {
  const std::string nth = std::to_string(plan_.nth);
  return plan_.number == 0 ? "alloc:" + nth : "call:" + nth + ":" + name_of(plan_.number);
}

Failures::During::During(Failures& failures)
    : failures_(failures), outer_(static_cast<const During*>(std::exchange(current_during, this))) {
  failures_.was_used_ = true;
  if (failures_.left_ == 0) return;
  if (failures_.plan_.number == 0) {
    fail_allocation(failures_.left_);
  } else {
    calls_before_ = failures_.kernel_->total_calls();
    failures_.kernel_->fail_any(static_cast<int>(failures_.left_), failures_.plan_.number);
  }
}

Failures::During::~During() {
  current_during = outer_;
  std::size_t& left = failures_.left_;
  if (left == 0) return;
  if (failures_.plan_.number == 0) {
    left = stop_failing_allocations();
  } else {
    const int made = failures_.kernel_->total_calls() - calls_before_;
    left -= std::min(left, static_cast<std::size_t>(made));
    failures_.kernel_->fail_any(0, 0);
    if (left == 0) failures_.failed_call_ = failures_.kernel_->failed_call();
  }
  failures_.has_failed_ = left == 0;
}

bool Failures::During::has_failure_come() const noexcept {
  if (failures_.left_ == 0) return failures_.has_failed_;
  if (failures_.plan_.number != 0) {
    const int made = failures_.kernel_->total_calls() - calls_before_;
    return static_cast<std::size_t>(made) >= failures_.left_;
  }
  if (held_back > 0) return false;
  const std::size_t left = stop_failing_allocations();
  fail_allocation(left);
  return left == 0;
}

bool failure_has_come() noexcept {
  const auto* const during = static_cast<const Failures::During*>(current_during);
  return during != nullptr && during->has_failure_come();
}

FailuresPaused::FailuresPaused() noexcept : has_paused_(is_linked() && held_back == 0) {
  if (has_paused_) held_back = stop_failing_allocations();
}
FailuresPaused::~FailuresPaused() {
  if (has_paused_) fail_allocation(std::exchange(held_back, 0));
}

FailuresResumed::FailuresResumed() noexcept : has_resumed_(held_back > 0) {
  if (has_resumed_) fail_allocation(std::exchange(held_back, 0));
}
FailuresResumed::~FailuresResumed() {
  if (has_resumed_) held_back = stop_failing_allocations();
}

FailureCount for_each_failure(const std::function<void(Failures&)>& run,
                              const FailureOptions& options) {
  return Campaign(run, options).execute();
}

}  // namespace mastic::base
