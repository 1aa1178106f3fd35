#include "mastic/events/events.h"

#include <stdexcept>
#include <utility>

#include "mastic/app/http_error.h"
#include "mastic/base/utf8.h"
#include "mastic/events/generator_source.h"
#include "mastic/events/topic_source.h"
#include "mastic/loop/loop.h"

namespace mastic::events {
namespace {

constexpr std::size_t kMaxIdBytes = 256;
constexpr std::string_view kMediaType = "text/event-stream";

void require_accepted(const app::Request& request) {
  if (request.preferred_type({kMediaType})) return;
  throw app::HttpError(http::Status::NotAcceptable,
                       "This is a stream of events: ask for it with Accept: text/event-stream.");
}

/// No cache may keep a stream, and no proxy may hold events back until it has many of them.
app::Response answer_with(std::unique_ptr<app::BodySource> source) {
  auto response =
      app::Response::of_type("text/event-stream; charset=utf-8", app::Body(std::move(source)));
  response.set("Cache-Control", "no-store").set("X-Accel-Buffering", "no");
  return response;
}

loop::Loop& loop_of(app::Request& request) {
  auto* const loop = dynamic_cast<loop::Loop*>(&request.exchange().context().executor());
  if (loop != nullptr) return *loop;
  throw std::logic_error(
      "events of a topic need a request that a server or a TestClient carries: topics belong to "
      "loops");
}

/// What the client has got last; an id that no topic has if the field cannot be read.
std::optional<topics::MessageId> last_message(const app::Request& request) {
  if (request.field("Last-Event-ID").value_or("").empty()) return std::nullopt;
  const auto id = topics::MessageId::parse(last_event_id(request).value_or(""));
  return id.value_or(topics::MessageId{0, UINT64_MAX});
}

}  // namespace

app::Response event_stream(app::Request& request, async::Generator<Event> source,
                           const EventStreamOptions& options) {
  require_accepted(request);
  return answer_with(std::make_unique<GeneratorSource>(std::move(source), options));
}

app::Response event_stream(app::Request& request, const topics::Topic& topic,
                           const EventStreamOptions& options) {
  require_accepted(request);
  return answer_with(
      std::make_unique<TopicSource>(topic, last_message(request), loop_of(request), options));
}

app::Response no_more_events() { return app::Response(http::Status::NoContent); }

std::optional<std::string_view> last_event_id(const app::Request& request) {
  const auto id = request.field("Last-Event-ID");
  if (!id || id->empty() || id->size() > kMaxIdBytes || !base::is_utf8(*id)) return std::nullopt;
  return id;
}

}  // namespace mastic::events
