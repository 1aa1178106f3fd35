#include "mastic/async/task_trace.h"

#include <algorithm>
#include <new>
#include <string_view>

#include "mastic/async/context.h"
#include "mastic/base/own_source.h"

namespace mastic::async {
namespace {

/// Returns a readable name of a function. GCC 12 names a coroutine "void
/// room::load(load(int)::_Z4loadi.Frame*)"; this returns the "load(int)" in it. Other names are
/// returned unchanged.
std::string_view readable(std::string_view name) {
  const auto end = name.rfind("::_Z", name.find(".Frame*"));
  if (!name.starts_with("void ") || end == name.npos) return name;
  const std::string_view rest = name.substr(5, end - 5);
  for (auto at = rest.find('('); at != rest.npos; at = rest.find('(', at + 1)) {
    const std::string_view function = rest.substr(0, at);
    const std::string_view whole = rest.substr(at + 1);
    if (function.ends_with(whole.substr(0, whole.rfind('('))) || function.starts_with(whole)) {
      return whole;
    }
  }
  return name;
}

std::string await_text(const std::source_location& where) {
  const std::string_view file = where.file_name();
  std::string text = "at ";
  text.append(file.substr(file.rfind('/') + 1)).append(":").append(std::to_string(where.line()));
  return text.append(", ").append(readable(where.function_name()));
}

std::string other_text(const std::exception_ptr& other) {
  try {
    std::rethrow_exception(other);
  } catch (const std::exception& error) {
    return std::string("another task also failed: ") + error.what();
  } catch (...) {
    return "another task also failed, with an exception that is not a std::exception";
  }
}

}  // namespace

std::string TaskTrace::text(std::string_view between) const {
  std::string text;
  const auto append = [&](std::string_view part) {
    if (!text.empty()) text += between;
    text += part;
  };
  const auto is_own = [](const std::source_location& where) {
    return base::is_own_source(where.file_name());
  };
  // An application looks for its own lines; awaits inside Mastic say more only if there are no
  // others.
  const bool shows_own = std::ranges::all_of(awaits, is_own);
  for (const std::source_location& where : awaits) {
    if (shows_own || !is_own(where)) append(await_text(where));
  }
  if (more > 0) append("and " + std::to_string(more) + " more awaits");
  for (const std::exception_ptr& other : others) append(other_text(other));
  return text;
}

TaskTrace current_task_trace() {
  const Context* const context = Context::running();
  const std::exception_ptr exception = std::current_exception();
  if (context == nullptr || !exception) return {};
  const TaskTrace* const trace = context->trace_of(exception);
  return trace != nullptr ? *trace : TaskTrace();
}

// ---- Context ----

void Context::exception_leaves(const std::exception_ptr& exception,
                               std::source_location where) noexcept {
  // Each task on the way up calls this, so a trace grows while the same exception passes. Another
  // exception starts a new trace: only the last one of a run is kept.
  if (passing_ != exception) give_trace(exception, nullptr);
  if (where.line() == 0) return;  // the task awaited nothing
  try {
    if (!trace_) trace_ = std::make_unique<TaskTrace>();
    if (trace_->awaits.size() < TaskTrace::kMaxAwaits) {
      trace_->awaits.push_back(where);
    } else {
      ++trace_->more;
    }
  } catch (const std::bad_alloc&) {  // the exception itself matters more than its trace
  }
}

const TaskTrace* Context::trace_of(const std::exception_ptr& exception) const noexcept {
  return passing_ == exception ? trace_.get() : nullptr;
}

std::unique_ptr<TaskTrace> Context::take_trace(const std::exception_ptr& exception) noexcept {
  if (passing_ != exception) return nullptr;
  passing_ = nullptr;
  return std::move(trace_);
}

void Context::give_trace(std::exception_ptr exception, std::unique_ptr<TaskTrace> trace) noexcept {
  passing_ = std::move(exception);
  trace_ = std::move(trace);
}

}  // namespace mastic::async
