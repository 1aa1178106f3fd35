#include "mastic/inspect/watch_report.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/async/event.h"
#include "mastic/async/with_timeout.h"
#include "mastic/base/date.h"
#include "mastic/base/kernel.h"
#include "mastic/threads/stack_trace.h"

namespace mastic::json {

void JsonType<base::ThreadRole>::write(std::string& out, base::ThreadRole role) {
  constexpr std::array<std::string_view, 6> kNames = {"reserve", "drives",      "away",
                                                      "works",   "written off", "ends"};
  append_json(out, kNames[static_cast<std::size_t>(role)]);
}

}  // namespace mastic::json

namespace mastic::inspect {
namespace {

using base::ThreadRole;

double seconds(base::Duration duration) { return std::chrono::duration<double>(duration).count(); }

Concern concern_of(base::Duration age, const ThreadWatchOptions& options) {
  if (age >= options.stuck_after) return Concern::Alarm;
  return age >= options.slow_after ? Concern::Warning : Concern::None;
}

/// Collects the reports of the loops. It is shared by the page and the callback of every loop,
/// because a loop may answer long after the page has been sent, and does so on a thread of its own.
class Answers {
 public:
  explicit Answers(std::size_t loops) : missing_(loops), reports_(loops) {
    if (loops == 0) complete_.set();
  }

  void take(base::LoopReport report) {
    const std::lock_guard lock(mutex_);
    // Each loop counts only once, so that `complete_` is not set too early.
    if (report.loop >= reports_.size() || reports_[report.loop]) return;
    auto& place = reports_[report.loop];
    place = std::move(report);
    if (--missing_ == 0) complete_.set();
  }
  [[nodiscard]] async::Event& complete() { return complete_; }
  /// The reports that have arrived, by the number of the loop; nullopt for a loop that has not
  /// answered.
  [[nodiscard]] std::vector<std::optional<base::LoopReport>> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }

 private:
  std::mutex mutex_;
  std::size_t missing_;
  std::vector<std::optional<base::LoopReport>> reports_;
  async::Event complete_;
};

WatchReport::Pool pool_of(const base::PoolReport& pool) {
  return {.workers = pool.workers,
          .busy = pool.busy,
          .queued = pool.queued,
          .oldest_queued = seconds(pool.oldest_queued),
          .reserve = pool.reserve,
          .done = pool.done,
          .refused = pool.refused,
          .hand_offs = pool.hand_offs,
          .lost = pool.lost};
}

void add_loop(WatchReport& report, std::size_t number, std::optional<base::LoopReport> loop,
              std::uint64_t asking, const ThreadWatchOptions& options) {
  WatchReport::Loop& shown = report.loops.emplace_back();
  shown.loop = number;
  if (!loop) return;
  shown.answered = true;
  shown.connections = loop->connections;
  shown.requests = loop->requests_in_all;
  for (base::RequestReport& request : loop->requests) {
    report.requests.push_back({
        .id = app::reference_id(request.id),
        .method = std::move(request.method),
        .target = std::move(request.target),
        .client = std::move(request.client),
        .loop = number,
        .age = seconds(request.age),
        .concern = concern_of(request.age, options),
        .thread = request.thread != 0 ? std::optional(request.thread) : std::nullopt,
        .thread_age = seconds(request.thread_age),
        .cancelled = request.cancelled,
        .is_this = request.id == asking,
    });
  }
}

void add_thread(WatchReport& report, const base::ThreadReport& thread,
                const ThreadWatchOptions& options) {
  // Only a thread in user code can be slow: standing by or driving a loop for hours is normal.
  const bool runs = thread.role == ThreadRole::Away || thread.role == ThreadRole::Works;
  WatchReport::Thread shown{.thread = thread.thread,
                            .role = thread.role,
                            .age = seconds(thread.age),
                            .concern = runs ? concern_of(thread.age, options) : Concern::None};
  if (thread.role == ThreadRole::WrittenOff) shown.concern = Concern::Alarm;
  if (thread.loop >= 0) shown.loop = thread.loop;
  if (thread.role == ThreadRole::Drives) {
    for (WatchReport::Loop& loop : report.loops) {
      if (std::cmp_equal(loop.loop, thread.loop)) loop.thread = thread.thread;
    }
  }
  // The request that this thread works for; a request names a thread only if that thread runs its
  // handler away from the loop.
  const auto request = std::ranges::find(report.requests, std::optional(thread.thread),
                                         &WatchReport::Request::thread);
  if (request != report.requests.end()) shown.request = request->id;
  report.threads.push_back(std::move(shown));
}

/// The report of each loop, by its number; nullopt for a loop that does not answer within `limit`.
async::Task<std::vector<std::optional<base::LoopReport>>> ask_loops(base::ServerStatus& server,
                                                                    base::Duration limit) {
  const auto answers = std::make_shared<Answers>(server.loops());
  server.ask_loops([answers](base::LoopReport report) { answers->take(std::move(report)); });
  try {
    co_await async::with_timeout(answers->complete().wait(), limit);
  } catch (const async::TimedOut&) {  // a loop that did not answer is shown without its figures
  }
  co_return answers->reports();
}

}  // namespace

async::Task<WatchReport> look_at(base::ServerStatus& server, std::uint64_t asking,
                                 const ThreadWatchOptions& options) {
  std::vector<std::optional<base::LoopReport>> loops =
      co_await ask_loops(server, options.wait_for_loops);
  WatchReport report;
  report.time = base::format_iso_time(base::system_kernel().unix_seconds());
  report.pool = pool_of(server.pool());
  for (std::size_t i = 0; i < loops.size(); ++i) {
    add_loop(report, i, std::move(loops[i]), asking, options);
  }
  std::ranges::sort(report.requests, std::greater(), &WatchReport::Request::age);
  for (const base::ThreadReport& thread : server.threads()) add_thread(report, thread, options);
  co_return report;
}

async::Task<bool> may_be_under_way(base::ServerStatus& server, std::uint64_t request,
                                   const ThreadWatchOptions& options) {
  const auto loops = co_await ask_loops(server, options.wait_for_loops);
  co_return std::ranges::any_of(loops, [&](const std::optional<base::LoopReport>& loop) {
    return !loop || loop->requests.size() < loop->requests_in_all ||
           std::ranges::find(loop->requests, request, &base::RequestReport::id) !=
               loop->requests.end();
  });
}

void add_stacks(WatchReport& report, std::optional<int> thread, const ThreadWatchOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto left = [&] {
    return options.wait_for_stacks - (std::chrono::steady_clock::now() - began);
  };
  // Threads with the same work have most of their stacks in common, so first all stacks are
  // captured, and then every distinct address is looked up once.
  std::map<int, std::vector<std::uintptr_t>> stacks;
  std::set<std::uintptr_t> addresses;
  for (const WatchReport::Thread& shown : report.threads) {
    if (thread && *thread != shown.thread) continue;
    // Zero once the time for all threads is up: the remaining threads get no stack.
    const auto longest = std::clamp<base::Duration>(left(), {}, options.wait_for_stack);
    auto& stack = stacks[shown.thread] = threads::capture_stack(shown.thread, longest);
    addresses.insert(stack.begin(), stack.end());
  }
  std::map<std::uintptr_t, std::vector<WatchReport::Frame>> frames;
  const std::vector<std::uintptr_t> sorted(addresses.begin(), addresses.end());
  for (threads::StackFrame& frame : threads::symbolize(sorted, options.wait_for_stacks)) {
    // Several frames may share an address: the calls that the compiler inlined there.
    frames[frame.address].push_back({.function = std::move(frame.function),
                                     .file = std::move(frame.file),
                                     .line = frame.line,
                                     .module = std::move(frame.module),
                                     .offset = frame.offset});
  }
  for (WatchReport::Thread& shown : report.threads) {
    const auto stack = stacks.find(shown.thread);
    if (stack == stacks.end()) continue;
    shown.stack.emplace();
    for (const std::uintptr_t address : stack->second) {
      const auto& calls = frames[address];
      shown.stack->insert(shown.stack->end(), calls.begin(), calls.end());
    }
  }
}

}  // namespace mastic::inspect
