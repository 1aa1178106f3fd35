#include "mastic/events/generator_source.h"

#include "mastic/events/event.h"

namespace mastic::events {

namespace {

/// What tells the browser at once how long to wait before it connects again; nothing without a time.
std::string opening_of(const EventStreamOptions& options) {
  std::string text;
  if (options.retry) append_event(text, Event().with_retry(*options.retry));
  return text;
}

}  // namespace

GeneratorSource::GeneratorSource(async::Generator<Event> events, const EventStreamOptions& options)
    : events_(std::move(events)),
      opening_(opening_of(options)),
      endless_{options.heartbeat, kHeartbeat, opening_} {}

async::Task<std::optional<std::string_view>> GeneratorSource::next() {
  piece_.clear();
  const std::optional<Event> event = co_await events_.next();
  if (!event) co_return std::nullopt;
  append_event(piece_, *event);
  co_return piece_;
}

}  // namespace mastic::events
