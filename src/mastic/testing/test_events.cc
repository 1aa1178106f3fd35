#include "mastic/testing/test_events.h"

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mastic/testing/answer_reader.h"
#include "mastic/testing/call_at.h"
#include "mastic/testing/carrier.h"
#include "mastic/wire/http1/request_writer.h"

namespace mastic::testing {

/// The client's end of the stream. It reads after each turn of the loop.
class TestEvents::Line {
 public:
  Line(Carrier& its_carrier, const NetworkFaults& faults,
       std::shared_ptr<const TestResponse::Exchange> exchange)
      : carrier(its_carrier), faults_(faults), asked_(std::move(exchange)) {}
  ~Line() {
    const base::FailuresPaused paused;
    if (!life_.expired()) leave();
  }

  template <class F>
  auto call(const Where& where, F f) {
    return detail::call_at(where, asked_->request.method, asked_->request.target, [&] {
      detail::expect_alive(life_, "event stream");
      return detail::explain(carrier, f);
    });
  }
  /// Asks for the stream, and waits for the head of the answer.
  void connect() {
    answer.emplace(carrier, carrier.connect(faults_), http::Method::Get,
                   [this](std::string_view piece) { return take(piece); });
    carrier.send(answer->end(), head());
    answer->wait_and_check([&] { return answer->has_head() || answer->has_ended(); }, "answer");
    if (!answer->has_head() && answer->end().has_left) throw ClientLeft(detail::kHasLeft);
    if (!answer->has_head()) throw detail::ServerFailed(detail::kNoAnswer);
    // An answer that is not a stream of events is read whole, as the response.
    if (!is_stream())
      answer->wait_and_check([&] { return answer->has_ended(); }, "end of the answer");
    answer->response().set_exchange(asked_);
  }
  void leave() {
    if (!is_open()) return;
    answer->stop();
    reader.stream_ended();
    carrier.leave(answer->end());
    carrier.run_ready();
  }
  /// The end of the connection may be that of the answer, or cut it short: for a stream of events it
  /// is the same.
  [[nodiscard]] bool is_open() const { return !life_.expired() && answer && !answer->has_ended(); }
  [[nodiscard]] bool is_stream() {
    return response().status == http::Status::Ok &&
           response().field("Content-Type").value_or("").starts_with("text/event-stream");
  }
  [[nodiscard]] const TestResponse& response() { return answer->response(); }

  Carrier& carrier;
  EventReader reader;
  std::optional<AnswerReader> answer;

 private:
  [[nodiscard]] std::string head() const {
    http::Fields fields = asked_->request.fields;
    if (!reader.last_id.empty()) fields.set("Last-Event-ID", reader.last_id);
    std::string text;
    wire::http1::append_request_head(text, asked_->request.method, asked_->request.target, fields,
                                     {});
    return text;
  }
  bool take(std::string_view piece) {
    if (!is_stream()) return false;
    reader.read(piece);
    return true;
  }

  const std::weak_ptr<const void> life_ = carrier.life();
  const NetworkFaults faults_;
  const std::shared_ptr<const TestResponse::Exchange> asked_;
};

TestEvents::TestEvents(Carrier& carrier, const NetworkFaults& faults,
                       std::shared_ptr<const TestResponse::Exchange> exchange)
    : line_(std::make_unique<Line>(carrier, faults, std::move(exchange))) {
  line_->connect();
}
TestEvents::TestEvents(TestEvents&&) noexcept = default;
TestEvents& TestEvents::operator=(TestEvents&&) noexcept = default;
TestEvents::~TestEvents() = default;

const TestResponse& TestEvents::response() const { return line_->response(); }
bool TestEvents::is_open() const { return line_->is_open(); }
const std::string& TestEvents::last_id() const { return line_->reader.last_id; }
base::Duration TestEvents::retry() const { return line_->reader.retry; }
std::size_t TestEvents::comments() const { return line_->reader.comments; }

std::optional<TestEvent> TestEvents::next(Where where) {
  return line_->call(where, [&]() -> std::optional<TestEvent> {
    std::deque<TestEvent>& events = line_->reader.events;
    if (events.empty() && !line_->is_stream()) {
      throw std::logic_error("the answer is no stream of events: status " +
                             std::to_string(static_cast<int>(line_->response().status)) +
                             ", content: " + line_->response().text);
    }
    line_->answer->wait_and_check([&] { return !events.empty() || !line_->is_open(); }, "event");
    if (events.empty()) return std::nullopt;
    TestEvent event = std::move(events.front());
    events.pop_front();
    return event;
  });
}

void TestEvents::stop_reading(Where where) {
  line_->call(where, [&] { line_->answer->end().reads = false; });
}
void TestEvents::read_on(Where where) {
  line_->call(where, [&] { line_->carrier.read_on(line_->answer->end()); });
}
void TestEvents::leave(Where where) {
  line_->call(where, [&] { line_->leave(); });
}
void TestEvents::reconnect(Where where) {
  line_->call(where, [&] {
    line_->leave();
    line_->carrier.pass(line_->reader.retry);
    line_->connect();
  });
}

}  // namespace mastic::testing
