// Server-sent events: an answer that does not end, in which a page is told what happens. WHATWG
// HTML §9.2.
//
//     site.get<"/prices">([&](Request& request) { return events(request, prices); });        // a Topic
//     site.get<"/ticks">([](Request& request) { return events(request, tick_every(1s)); });  // a Generator<Event>

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/async/generator.h"
#include "mastic/base/units.h"
#include "mastic/topics/topic.h"

namespace mastic::events {

/// An event, as EventSource gets it.
struct Event {
  std::string data;  ///< may have several lines
  std::string name;  ///< the type of the event; "message" when empty
  std::string id;    ///< what the browser sends back as Last-Event-ID
  std::optional<base::Duration> retry =
      {};  ///< how long the browser waits before it connects again
};

struct EventsOptions {
  /// How often a comment is sent while there are no events. It keeps proxies from closing the
  /// connection, and finds clients that are gone.
  base::Duration heartbeat = std::chrono::seconds(15);
  /// How long the browser waits before it connects again; its own choice without a value.
  std::optional<base::Duration> retry = {};
};

/// Answers with the events that `source` yields, until it ends.
[[nodiscard]] app::Response events(app::Request& request, async::Generator<Event> source,
                                   const EventsOptions& options = {});
/// Answers with every message of `topic` from now on. A browser that comes back gets what it has
/// missed (Last-Event-ID), as far as the topic's history reaches; if it does not reach back far
/// enough, first an event of the type `reset`.
[[nodiscard]] app::Response events(app::Request& request, const topics::Topic& topic,
                                   const EventsOptions& options = {});

/// The id that the browser has got last, when it connects again; nothing otherwise, or when the
/// field is not a valid id.
[[nodiscard]] std::optional<std::string_view> last_event_id(const app::Request& request);

}  // namespace mastic::events
