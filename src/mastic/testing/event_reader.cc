#include "mastic/testing/event_reader.h"

#include <utility>

#include "mastic/base/text.h"

namespace mastic::testing {

void EventReader::read(std::string_view piece) {
  for (const char c : piece) {
    if (std::exchange(after_cr_, false) && c == '\n') continue;
    if (c != '\r' && c != '\n') {
      line_ += c;
      continue;
    }
    after_cr_ = c == '\r';
    take_line(std::exchange(line_, {}));
  }
}

void EventReader::stream_ended() {
  line_.clear();
  after_cr_ = false;
  event_ = {};
  has_data_ = false;
}

void EventReader::take_line(std::string_view line) {
  if (line.empty()) return dispatch();
  if (line.starts_with(':')) return static_cast<void>(++comments);
  std::string_view value = line;
  const std::string_view field = base::take_until(value, ':');
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  } else if (field == "event") {
    event_.name = value;
  } else if (field == "id" && value.find('\0') == value.npos) {
    last_id = value;
  } else if (field == "retry") {
    if (const auto number = base::parse_decimal(value)) retry = std::chrono::milliseconds(*number);
  }
}

void EventReader::dispatch() {
  TestEvent event = std::exchange(event_, {});
  if (!std::exchange(has_data_, false)) return;  // without data there is no event
  event.id = last_id;
  if (event.name.empty()) event.name = "message";
  events.push_back(std::move(event));
}

}  // namespace mastic::testing
