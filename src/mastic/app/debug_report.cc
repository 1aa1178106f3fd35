#include "mastic/app/debug_report.h"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <string_view>
#include <typeinfo>

#include "mastic/app/secrets.h"
#include "mastic/base/encoding.h"

namespace mastic::app {
namespace {

constexpr std::size_t kMaxBytes = 4096;  // of one value

void append_line(std::string& report, std::string_view name, std::string_view value) {
  report.append("\n").append(name).append(": ");
  if (names_secret(name)) {
    report += "(not shown)";
  } else {  // the value may be a URL with secrets in its query, as in Referer
    base::append_log_escaped(report, blank_secrets(value), kMaxBytes);
  }
}

/// The type and the message of the exception being handled.
std::string name_exception() {
  std::string text = "an exception";
  if (const std::type_info* const type = abi::__cxa_current_exception_type()) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
    text = status == 0 ? name.get() : type->name();
  }
  try {
    throw;
  } catch (const std::exception& error) {
    text.append(": ").append(std::string_view(error.what()).substr(0, kMaxBytes));
  } catch (...) {  // the exception has no message
  }
  return text;
}

}  // namespace

std::string describe_exception() { return describe_exception(async::current_task_trace()); }

std::string describe_exception(const async::TaskTrace& trace) {
  std::string text = name_exception();
  const std::string way = trace.text("; ");
  if (!way.empty()) text.append(" (").append(way).append(")");
  return text;
}

std::string debug_report(Request& request) {
  std::string report = name_exception() + "\n";
  const std::string way = async::current_task_trace().text("\n  ");
  if (!way.empty()) report.append("  ").append(way).append("\n");
  report += "\n";
  report.append(request.method_text()).append(" ");
  if (request.values().empty()) {
    base::append_log_escaped(report, request.mount_path(), kMaxBytes);
    base::append_log_escaped(report, request.path(), kMaxBytes);
  } else {
    base::append_log_escaped(report, request.route(), kMaxBytes);  // the values follow below
  }
  for (const PathValue& value : request.values()) append_line(report, value.name, value.text);
  if (request.has_query()) {
    report += "\n";
    const std::string query = "?" + std::string(request.query());
    base::append_log_escaped(report, blank_secrets(query), kMaxBytes);
  }
  report += "\n";
  for (const http::Field field : request.fields()) append_line(report, field.name, field.value);
  return report + "\n";
}

}  // namespace mastic::app
