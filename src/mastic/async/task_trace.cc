#include "mastic/async/task_trace.h"

#include <new>
#include <string_view>

#include "mastic/async/context.h"

namespace mastic::async {
namespace {

/// GCC 12 names a coroutine "void room::load(load(int)::_Z4loadi.Frame*)": gives the "load(int)" of
/// that, and any other name as it is.
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

void append_line(std::string& text, const std::source_location& where) {
  const std::string_view file = where.file_name();
  text.append("  at ").append(file.substr(file.rfind('/') + 1)).append(":");
  text.append(std::to_string(where.line())).append(", ");
  text.append(readable(where.function_name())).append("\n");
}

void append_other(std::string& text, const std::exception_ptr& other) {
  text += "  beside it failed: ";
  try {
    std::rethrow_exception(other);
  } catch (const std::exception& error) {
    text += error.what();
  } catch (...) {
    text += "something that is no std::exception";
  }
  text += "\n";
}

}  // namespace

std::string TaskTrace::text() const {
  std::string text;
  for (const std::source_location& where : awaits) append_line(text, where);
  if (more > 0) text.append("  and through ").append(std::to_string(more)).append(" more\n");
  for (const std::exception_ptr& other : others) append_other(text, other);
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
  if (passing_ != exception) give_trace(exception, nullptr);
  if (where.line() == 0) return;  // it awaited nothing
  try {
    if (!trace_) trace_ = std::make_unique<TaskTrace>();
    if (trace_->awaits.size() < TaskTrace::kMostAwaits) {
      trace_->awaits.push_back(where);
    } else {
      ++trace_->more;
    }
  } catch (const std::bad_alloc&) {  // the exception matters more than its way
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
