// Reads server-sent events as a browser does. WHATWG HTML §9.2.6.

#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/base/units.h"

namespace mastic::testing {

/// An event, as the listeners of an EventSource get it.
struct TestEvent {
  std::string data;  ///< its lines, with a line feed between two of them
  std::string name;  ///< its type; "message" when the server gave none
  std::string id;    ///< the last id that the stream has had, perhaps with an earlier event
};

/// Puts events together from the bytes of a stream, in pieces of any size.
class EventReader {
 public:
  /// Reads a piece; complete events are appended to `events`.
  void read(std::string_view piece);
  /// Forgets an event that is incomplete, because its stream has ended.
  void stream_ended();

  std::deque<TestEvent> events;                    ///< complete events, the oldest first
  std::string last_id;                             ///< what Last-Event-ID says on reconnecting
  base::Duration retry = std::chrono::seconds(3);  ///< how long to wait before reconnecting
  std::size_t comments = 0;                        ///< how many comments have come

 private:
  void take_line(std::string_view line);
  void dispatch();

  std::string line_;
  bool after_cr_ = false;  ///< the last byte was a CR, so that an LF belongs to it
  TestEvent event_;
  bool has_data_ = false;
};

}  // namespace mastic::testing
