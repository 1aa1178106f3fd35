// Server-sent events: an answer that does not end, in which a page is told what happens. WHATWG
// HTML §9.2.
//
//     site.get<"/prices">([&](Request& request) { return event_stream(request, prices); });        // a Topic
//     site.get<"/ticks">([](Request& request) { return event_stream(request, tick_every(1s)); });  // a Generator<Event>

#pragma once

#include <optional>
#include <string_view>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/async/generator.h"
#include "mastic/base/units.h"
#include "mastic/events/event.h"
#include "mastic/topics/topic.h"

namespace mastic::events {

/// The settings of an event stream.
struct EventStreamOptions {
  /// How often a comment is sent while there are no events. It keeps proxies from closing the
  /// connection, and finds clients that are gone. Zero for never.
  base::Duration heartbeat = std::chrono::seconds(15);
  /// How long the browser waits before it connects again; its own choice without a value.
  std::optional<base::Duration> retry = {};
};

// An event stream ends when the client leaves, and soon after the server has begun to drain: each
// stream at a time of its own within the first half of drain_timeout. The browser then connects
// again by itself. A client that accepts no text/event-stream gets 406 (HttpError), and HEAD gets
// the head.

/// Answers with the events that `source` yields, until it ends. It runs only as fast as the client
/// reads. When the client leaves, what it awaits throws Cancelled. What it throws before its first
/// event and its first wait is answered like an exception of the handler: with 500, or the status of
/// an HttpError. After that the browser knows that the stream is open: the connection is aborted,
/// and the exception is logged.
[[nodiscard]] app::Response event_stream(app::Request& request, async::Generator<Event> source,
                                         const EventStreamOptions& options = {});
/// Answers with every message of `topic` from now on, except those of bytes. If the topic has a
/// history, events have ids, and a browser that comes back gets what it has missed (Last-Event-ID).
/// If the history does not reach back far enough, or the id is unknown, it gets an event of the
/// type `reset` first, and the page has to load everything again. What happens when the client
/// reads too slowly is an option of the topic; with SlowReader::Close the stream ends, and the
/// browser comes back. Throws std::logic_error when the request is not served by a loop.
[[nodiscard]] app::Response event_stream(app::Request& request, const topics::Topic& topic,
                                         const EventStreamOptions& options = {});

/// Answers 204, after which a browser does not connect again: for a stream that is over for good.
[[nodiscard]] app::Response no_more_events();

/// The id of the event that the browser has got last, when it connects again; nothing otherwise, or
/// when the field is not an id: longer than 256 bytes, or not UTF-8.
[[nodiscard]] std::optional<std::string_view> last_event_id(const app::Request& request);

}  // namespace mastic::events
