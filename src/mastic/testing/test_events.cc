#include "mastic/testing/test_events.h"

#include <stdexcept>
#include <utility>

#include "mastic/base/arena.h"
#include "mastic/testing/carrier.h"
#include "mastic/wire/http1/response_parser.h"

namespace mastic::testing {
namespace {

using wire::http1::ResponseParser;

/// A connection and the answer that comes over it. It stays where it is, because the parser refers
/// to its memory.
struct EventConnection {
  explicit EventConnection(ClientEnd& its_peer) : peer(its_peer) {}

  ClientEnd& peer;
  wire::http1::Limits limits;
  base::Arena memory;
  ResponseParser parser{http::Method::Get, limits, memory};
  bool has_head = false;
  bool has_ended = false;
};

}  // namespace

/// The client's end of the stream. It reads after each turn of the loop.
class TestEvents::Line final : public TurnWatcher {
 public:
  Line(Carrier& its_carrier, std::function<std::string(std::string_view)> head)
      : carrier(its_carrier), head_(std::move(head)) {
    carrier.add(*this);
  }
  ~Line() {
    carrier.remove(*this);
    leave();
  }

  /// Asks for the stream, and waits for the head of the answer.
  void connect() {
    ClientEnd& peer = carrier.connect();
    connection_ = std::make_unique<EventConnection>(peer);
    response = {};
    carrier.deliver(peer, head_(reader.last_id));
    wait_for([&] { return connection_->has_head || connection_->has_ended; }, "answer");
    if (!connection_->has_head)
      throw std::logic_error("the server closed the connection before it answered");
    // An answer that is not a stream of events is read whole, as the response.
    if (!is_stream()) wait_for([&] { return connection_->has_ended; }, "end of the answer");
  }
  void leave() {
    if (!is_open()) return;
    connection_->has_ended = true;
    carrier.leave(connection_->peer);
    carrier.run_ready();
  }
  [[nodiscard]] bool is_open() const { return connection_ && !connection_->has_ended; }
  [[nodiscard]] bool is_stream() const {
    return response.status == http::Status::Ok &&
           response.field("Content-Type").value_or("").starts_with("text/event-stream");
  }
  void wait_for(const std::function<bool()>& done, std::string_view what) {
    carrier.wait_for(done, what, fault_);
  }

  void turn_ended() override {
    if (!is_open()) return;
    const std::string bytes = std::exchange(connection_->peer.received, {});
    for (std::string_view left = bytes; take(connection_->parser.next(left));) continue;
    if (!connection_->has_ended && connection_->peer.ended) {
      // The end of the connection may be that of the answer, or cut it short: for a stream of
      // events it is the same.
      end();
    }
  }

  Carrier& carrier;
  TestResponse response;
  EventReader reader;

 private:
  /// Returns whether there may be more in the input.
  bool take(const ResponseParser::Event& event) {
    using Kind = ResponseParser::Event::Kind;
    switch (event.kind) {
      case Kind::NeedMore:
        return false;
      case Kind::Head:
        response.status = connection_->parser.head().status;
        response.fields = http::Fields(connection_->parser.head().fields);
        connection_->has_head = true;
        return true;
      case Kind::Data:
        if (is_stream()) {
          reader.read(event.data);
        } else {
          response.text += event.data;
        }
        return true;
      case Kind::End:
        end();
        return false;
      case Kind::Malformed:
        fault_ = "the answer is not HTTP: " + std::string(connection_->parser.fault().reason);
        end();
        return false;
    }
    return false;
  }
  void end() {
    connection_->has_ended = true;
    reader.stream_ended();
  }

  const std::function<std::string(std::string_view)> head_;
  std::unique_ptr<EventConnection> connection_;
  std::string fault_;
};

TestEvents::TestEvents(Carrier& carrier, std::function<std::string(std::string_view)> head)
    : line_(std::make_unique<Line>(carrier, std::move(head))) {
  line_->connect();
}
TestEvents::TestEvents(TestEvents&&) noexcept = default;
TestEvents& TestEvents::operator=(TestEvents&&) noexcept = default;
TestEvents::~TestEvents() = default;

const TestResponse& TestEvents::response() const { return line_->response; }
bool TestEvents::is_open() const { return line_->is_open(); }
const std::string& TestEvents::last_id() const { return line_->reader.last_id; }
base::Duration TestEvents::retry() const { return line_->reader.retry; }
std::size_t TestEvents::comments() const { return line_->reader.comments; }

std::optional<TestEvent> TestEvents::next() {
  std::deque<TestEvent>& events = line_->reader.events;
  if (events.empty() && !line_->is_stream()) {
    throw std::logic_error("the answer is no stream of events: status " +
                           std::to_string(static_cast<int>(line_->response.status)) +
                           ", content: " + line_->response.text);
  }
  line_->wait_for([&] { return !events.empty() || !line_->is_open(); }, "event");
  if (events.empty()) return std::nullopt;
  TestEvent event = std::move(events.front());
  events.pop_front();
  return event;
}

void TestEvents::leave() { line_->leave(); }
void TestEvents::reconnect() {
  line_->leave();
  line_->carrier.pass(line_->reader.retry);
  line_->connect();
}

}  // namespace mastic::testing
