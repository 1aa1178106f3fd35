// A stream of server-sent events, of which a test plays the browser.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mastic/base/attributes.h"
#include "mastic/base/units.h"
#include "mastic/testing/event_reader.h"
#include "mastic/testing/network_faults.h"
#include "mastic/testing/test_response.h"

namespace mastic::testing {

class Carrier;

/// A stream of events that TestClient::events has opened:
///
///     auto events = client.events("/feed");
///     EXPECT_EQ(events.next()->data, "first");
///     events.reconnect();                          // sends Last-Event-ID
///
/// While the test waits for anything of its client, events are kept until `next` takes them. When the
/// application was destroyed with its last client, functions throw std::logic_error. All calls must
/// come from the thread of the client.
class TestEvents {
 public:
  /// Made by TestClient::events.
  TestEvents(Carrier& carrier, const NetworkFaults& faults,
             std::shared_ptr<const TestResponse::Exchange> exchange);
  TestEvents(TestEvents&&) noexcept;
  TestEvents& operator=(TestEvents&&) noexcept;
  /// Leaves, as a closed tab does.
  ~TestEvents();

  /// The status and fields of the answer; also the content, if the answer is no stream of events.
  [[nodiscard]] const TestResponse& response() const MASTIC_LIFETIMEBOUND;
  /// Waits for the next event. Gives nothing when the stream has ended. Throws std::logic_error
  /// when the answer is no stream of events, and when nothing comes within a day of the client's
  /// clock; the message begins with the place in the test.
  std::optional<TestEvent> next(Where where = Where::current());
  /// Whether the stream has not ended yet, as far as the client knows.
  [[nodiscard]] bool is_open() const;
  /// The id that the client sends as Last-Event-ID when it reconnects; may be empty.
  [[nodiscard]] const std::string& last_id() const MASTIC_LIFETIMEBOUND;
  /// How long a browser waits before it reconnects: what the server has said, or 3 s.
  [[nodiscard]] base::Duration retry() const;
  /// How many comments have come, which servers send to keep the stream alive.
  [[nodiscard]] std::size_t comments() const;

  /// Takes nothing more from now on, so that the server finds its client behind.
  void stop_reading(Where where = Where::current());
  /// Takes again what comes, and what has come meanwhile.
  void read_on(Where where = Where::current());
  /// Leaves the stream, as EventSource.close() does.
  void leave(Where where = Where::current());
  /// Leaves the stream if it is open, lets the time `retry()` pass, and asks for it again, as a
  /// browser does when a stream has ended.
  void reconnect(Where where = Where::current());

 private:
  class Line;
  std::unique_ptr<Line> line_;
};

}  // namespace mastic::testing
