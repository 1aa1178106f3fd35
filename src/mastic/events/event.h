// An event of an event stream, and how events are spelt. WHATWG HTML §9.2.6.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/units.h"

namespace mastic::events {

/// An event, as EventSource gets it. It has constructors because GCC 12 destroys the strings of an
/// aggregate twice when a coroutine yields it.
///
///     co_yield Event("21.5");
///     co_yield Event(to_json(quote), "quote").with_id("7");
struct Event {
  Event() = default;
  /// Makes an event with this data, and of the type `its_name`.
  explicit Event(std::string its_data, std::string its_name = {})
      : data(std::move(its_data)), name(std::move(its_name)) {}

  /// Sets `id`.
  Event&& with_id(std::string its_id) && {
    id = std::move(its_id);
    return std::move(*this);
  }
  /// Sets `retry`.
  Event&& with_retry(base::Duration time) && {
    retry = time;
    return std::move(*this);
  }

  std::string data;  ///< may have several lines
  std::string name;  ///< the type of the event; "message" when empty
  std::string id;    ///< what the browser sends back as Last-Event-ID
  /// How long the browser waits before it connects again.
  std::optional<base::Duration> retry;
};

/// What is sent when there are no events for a while: a comment, which browsers ignore.
inline constexpr std::string_view kHeartbeat = ":\n";

/// Appends `event` to `out`. The data is split into lines at LF, CR and CRLF, so nothing in it can
/// be taken for another field. An event that has only an id or a time to wait shows nothing to the
/// page: the browser just keeps these. Throws std::invalid_argument when the name or the id has a
/// line break or NUL.
void append_event(std::string& out, const Event& event);

// The parts of an event.

/// Appends the line of the type. Throws std::invalid_argument for a line break or NUL in `name`.
void append_name(std::string& out, std::string_view name);
/// Appends the line of the id. Throws std::invalid_argument for a line break or NUL in `id`.
void append_id(std::string& out, std::string_view id);
/// Appends the line of the time to wait before connecting again, in whole milliseconds.
void append_retry(std::string& out, base::Duration retry);
/// Appends the lines of the data and the empty line that ends the event.
void append_data(std::string& out, std::string_view data);

}  // namespace mastic::events
