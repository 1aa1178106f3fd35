#include "mastic/events/generator_source.h"

#include "mastic/events/event.h"

namespace mastic::events {

GeneratorSource::GeneratorSource(async::Generator<Event> events, const EventStreamOptions& options)
    : events_(std::move(events)), endless_{options.heartbeat, kHeartbeat}, retry_(options.retry) {}

async::Task<std::optional<std::string_view>> GeneratorSource::next() {
  piece_.clear();
  if (retry_) {
    append_event(piece_, Event().with_retry(*std::exchange(retry_, std::nullopt)));
    co_return piece_;
  }
  const std::optional<Event> event = co_await events_.next();
  if (!event) co_return std::nullopt;
  append_event(piece_, *event);
  co_return piece_;
}

}  // namespace mastic::events
