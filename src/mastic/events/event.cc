#include "mastic/events/event.h"

#include <chrono>
#include <stdexcept>

#include "mastic/base/text.h"

namespace mastic::events {
namespace {

constexpr std::string_view kLineBreaks = "\n\r";

/// Appends a line with a value that must be one line.
void append_line(std::string& out, std::string_view field, std::string_view value) {
  const bool is_one_line = value.find_first_of(kLineBreaks) == std::string_view::npos &&
                           value.find('\0') == std::string_view::npos;
  if (!is_one_line) {
    throw std::invalid_argument("the name or id of an event has a line break or NUL");
  }
  out.append(field).append(value) += '\n';
}

/// Removes the first line of `text` and returns it without its line break.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find_first_of(kLineBreaks);
  const std::string_view line = text.substr(0, end);
  const bool has_two_characters =
      text.substr(end).starts_with("\r") && text.substr(end + 1).starts_with("\n");
  text.remove_prefix(end + (has_two_characters ? 2 : 1));
  return line;
}

}  // namespace

void append_name(std::string& out, std::string_view name) { append_line(out, "event: ", name); }

void append_id(std::string& out, std::string_view id) { append_line(out, "id: ", id); }

void append_retry(std::string& out, base::Duration retry) {
  using std::chrono::milliseconds;
  const auto count = std::chrono::ceil<milliseconds>(retry).count();
  out += "retry: ";
  base::append_decimal(out, count > 0 ? static_cast<std::uint64_t>(count) : 0);
  out += '\n';
}

void append_data(std::string& out, std::string_view data) {
  while (data.find_first_of(kLineBreaks) != std::string_view::npos) {
    out.append("data: ").append(take_line(data)) += '\n';
  }
  out.append("data: ").append(data).append("\n\n");
}

void append_event(std::string& out, const Event& event) {
  if (!event.name.empty()) append_name(out, event.name);
  if (!event.id.empty()) append_id(out, event.id);
  if (event.retry) append_retry(out, *event.retry);
  const bool shows_nothing =
      event.data.empty() && event.name.empty() && (!event.id.empty() || event.retry);
  shows_nothing ? static_cast<void>(out += '\n') : append_data(out, event.data);
}

}  // namespace mastic::events
