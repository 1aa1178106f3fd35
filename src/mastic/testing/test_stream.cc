#include "mastic/testing/test_stream.h"

#include <stdexcept>
#include <utility>

#include "mastic/testing/answer_reader.h"
#include "mastic/testing/call_at.h"
#include "mastic/testing/carrier.h"
#include "mastic/wire/http1/chunked_encoder.h"
#include "mastic/wire/http1/request_writer.h"

namespace mastic::testing {

using wire::http1::Framing;

/// The connection of a stream, and what has come over it.
class TestStream::Line {
 public:
  Line(Carrier& its_carrier, const NetworkFaults& faults,
       std::shared_ptr<const TestResponse::Exchange> exchange)
      : carrier(its_carrier),
        asked(std::move(exchange)),
        reader(carrier, carrier.connect(faults), http::parse_method(asked->request.method),
               [this](std::string_view piece) {
                 pieces += piece;
                 return true;
               }),
        has_no_content(asked->request.method == "GET" || asked->request.method == "HEAD"),
        has_sent_all(has_no_content) {
    // Content of GET and HEAD has no meaning, and some servers refuse it (RFC 9110 §9.3.1): so these
    // requests are complete with their head.
    const auto framing = has_no_content ? Framing::Kind::None : Framing::Kind::Chunked;
    std::string head;
    wire::http1::append_request_head(head, asked->request.method, asked->request.target,
                                     asked->request.fields, {framing});
    deliver(head);
  }
  ~Line() {
    const base::FailuresPaused paused;
    if (!life_.expired() && !reader.has_ended()) leave();
  }

  /// Calls `f`. What it throws says where the test was.
  template <class F>
  auto call(const Where& where, F f) {
    return detail::call_at(where, asked->request.method, asked->request.target, [&] {
      detail::expect_alive(life_, "stream");
      return detail::explain(carrier, f);
    });
  }
  void deliver(std::string_view bytes) {
    carrier.send(reader.end(), bytes);
    // The handler gets each piece by itself: pieces that come together would hide that it forgets one.
    carrier.run_ready();
    carrier.check_errors();
  }
  void send(std::string_view piece) {
    if (has_no_content) {
      throw std::logic_error("requests by " + asked->request.method +
                             " have no content; bytes that are wrong on purpose are sent by "
                             "send_raw");
    }
    if (has_sent_all) throw std::logic_error("the content has ended, so nothing more can be sent");
    if (piece.empty()) return;  // an empty chunk would end the content
    std::string chunk(wire::http1::ChunkStart(piece.size()).text());
    deliver(chunk.append(piece).append(wire::http1::kChunkEnd));
  }
  void end(const FieldList& trailers) {
    if (std::exchange(has_sent_all, true)) return;
    http::Fields fields;
    for (const auto& [name, value] : trailers) fields.add(name, value);
    deliver(wire::http1::last_chunk_with(fields.view()));
  }
  void leave() {
    reader.stop();
    carrier.leave(reader.end());
    carrier.run_ready();
  }
  /// Waits until `done` returns true, or there will be nothing more of the answer: what the test waits
  /// for can no longer come then.
  void wait_for(const std::function<bool()>& done, std::string_view what) {
    if (is_finished) throw std::logic_error("finish() has returned the answer already");
    reader.wait_and_check([&] { return done() || reader.has_ended(); }, what);
  }
  void check_complete() {
    if (reader.is_complete()) return;
    if (reader.end().has_left) throw ClientLeft(detail::kHasLeft);
    throw detail::ServerFailed(reader.has_head() ? "the server has cut the answer short"
                                                 : detail::kNoAnswer);
  }

  Carrier& carrier;
  const std::shared_ptr<const TestResponse::Exchange> asked;
  AnswerReader reader;
  std::string pieces;         ///< content that has come and was not read
  const bool has_no_content;  ///< the request has none, by its method
  bool has_sent_all;          ///< the content of the request has ended
  bool is_finished = false;

 private:
  const std::weak_ptr<const void> life_ = carrier.life();
};

TestStream::TestStream(Carrier& carrier, const NetworkFaults& faults,
                       std::shared_ptr<const TestResponse::Exchange> exchange)
    : line_(std::make_unique<Line>(carrier, faults, std::move(exchange))) {}
TestStream::TestStream(TestStream&&) noexcept = default;
TestStream& TestStream::operator=(TestStream&&) noexcept = default;
TestStream::~TestStream() = default;

void TestStream::send(std::string_view piece, Where where) {
  line_->call(where, [&] { line_->send(piece); });
}
void TestStream::end(const FieldList& trailers, Where where) {
  line_->call(where, [&] { line_->end(trailers); });
}
void TestStream::send_raw(std::string_view bytes, Where where) {
  line_->call(where, [&] { line_->deliver(bytes); });
}

bool TestStream::has_answer(Where where) {
  return line_->call(where, [&] {
    line_->carrier.run_ready();
    return line_->reader.has_head();
  });
}

// A server may answer before it has all of the content, to refuse it: so this does not end the content.
const TestResponse& TestStream::head(Where where) {
  Line& line = *line_;
  line.call(where, [&] {
    line.wait_for([&] { return line.reader.has_head(); }, "answer");
    if (!line.reader.has_head()) line.check_complete();
    line.reader.response().set_exchange(line.asked);
  });
  return line.reader.response();
}

std::optional<std::string> TestStream::read(Where where) {
  Line& line = *line_;
  return line.call(where, [&]() -> std::optional<std::string> {
    line.wait_for([&] { return !line.pieces.empty(); }, "piece of the answer");
    if (!line.pieces.empty()) return std::exchange(line.pieces, {});
    line.check_complete();
    return std::nullopt;
  });
}

TestResponse TestStream::finish(Where where) {
  Line& line = *line_;
  return line.call(where, [&] {
    if (!line.reader.has_ended()) line.end({});
    const auto is_too_much = [&] { return line.pieces.size() > kMaxAnswerBytes; };
    line.wait_for(is_too_much, "end of the answer");
    if (is_too_much()) throw std::logic_error(std::string(kTooMuchContent));
    line.check_complete();
    line.carrier.finish_exchanges();
    line.is_finished = true;
    TestResponse response = std::move(line.reader.response());
    response.text = std::exchange(line.pieces, {});
    response.set_exchange(line.asked);
    return response;
  });
}

void TestStream::stop_reading(Where where) {
  line_->call(where, [&] { line_->reader.end().reads = false; });
}
void TestStream::read_on(Where where) {
  line_->call(where, [&] { line_->carrier.read_on(line_->reader.end()); });
}
void TestStream::leave(Where where) {
  line_->call(where, [&] { line_->leave(); });
}
void TestStream::reset(Where where) {
  line_->call(where, [&] {
    line_->reader.stop();
    line_->carrier.reset(line_->reader.end());
    line_->carrier.run_ready();
  });
}

}  // namespace mastic::testing
