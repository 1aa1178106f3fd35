#include "mastic/server/hang_policy.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/error_response.h"
#include "mastic/threads/stack_trace.h"

namespace mastic::server {
namespace {

constexpr auto kLongestCapture = std::chrono::milliseconds(200);
constexpr std::size_t kMaxFrames = 40;  // lines of a stack that are logged

std::string describe(const base::RequestReport& request) {
  return request.method + " " + request.target + " (" + app::reference_id(request.id) +
         ") has held thread " + std::to_string(request.thread) + " for " +
         base::format_duration(std::chrono::floor<std::chrono::milliseconds>(request.thread_age));
}

/// The frames of the application. The frames below Exchange::run belong to the server; only the
/// thread watch shows those.
std::vector<threads::StackFrame> stack_of_handler(std::vector<threads::StackFrame> frames) {
  const auto server = std::ranges::find_if(frames, [](const threads::StackFrame& frame) {
    return frame.function.find("mastic::server::Exchange::run") != std::string::npos;
  });
  frames.erase(server, frames.end());
  return threads::frames_of_application(std::move(frames));
}

}  // namespace

/// Each frame is a log line with the request's id, so that the lines of several stacks can be told
/// apart. When too many stacks are waiting already, this stack is not logged.
void HangPolicy::hangs(const base::RequestReport& request) {
  log_.write(base::Level::Warning, "a handler hangs: " + describe(request));
  (void)aside_.try_submit([this, thread = request.thread, id = app::reference_id(request.id)] {
    const auto calls = threads::capture_stack(thread, kLongestCapture);
    const std::string stack = threads::describe_stack(stack_of_handler(threads::symbolize(calls)));
    for (const auto line : std::views::split(stack, '\n') | std::views::take(kMaxFrames)) {
      const std::string_view frame(line.begin(), line.end());
      const base::LogField field{"id", id};
      if (!frame.empty()) {
        log_.write({.level = base::Level::Warning, .message = frame, .fields = {&field, 1}});
      }
    }
  });
}

void HangPolicy::cancelled(const base::RequestReport& request) {
  log_.write(base::Level::Error, "a handler that hangs is cancelled: " + describe(request));
}

bool HangPolicy::write_off(const base::RequestReport& request, base::Instant since) {
  if (!scheduler_.write_off(request.thread, since)) return false;
  const std::uint64_t lost = scheduler_.status().lost;
  log_.write(base::Level::Error, "a thread is written off and replaced, " + std::to_string(lost) +
                                     " in all: " + describe(request));
  if (max_lost_ > 0 && lost > max_lost_ && !told_.exchange(true)) too_many_lost_();
  return true;
}

}  // namespace mastic::server
