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
               }) {
    std::string head;
    wire::http1::append_request_head(head, asked->request.method, asked->request.target,
                                     asked->request.fields, {Framing::Kind::Chunked});
    deliver(head);
  }
  ~Line() {
    if (!reader.has_lost_client() && !reader.has_ended()) leave();
  }

  void deliver(std::string_view bytes) {
    if (reader.has_lost_client()) detail::fail_without_client("this stream");
    carrier.send(reader.end(), bytes);
    carrier.run_ready();
  }
  void leave() {
    reader.stop();
    carrier.leave(reader.end());
    carrier.run_ready();
  }
  /// Waits until `done` returns true, or there will be nothing more of the answer.
  void wait_for(const std::function<bool()>& done, std::string_view what, const Where& where) {
    detail::call_at(where, asked->request.method, asked->request.target, [&] {
      if (reader.has_lost_client()) detail::fail_without_client("this stream");
      reader.wait_and_check([&] { return done() || reader.has_ended(); }, what);
    });
  }
  [[noreturn]] void fail(const Where& where, std::string_view why) const {
    throw std::logic_error(
        detail::failure_at(where, asked->request.method, asked->request.target, why));
  }
  void check_complete(const Where& where) {
    if (reader.is_complete()) return;
    if (reader.end().has_left) throw ClientLeft("the client has left, as it was told to");
    fail(where, reader.has_head() ? "the server has cut the answer short"
                                  : "the server closed the connection without an answer");
  }

  Carrier& carrier;
  const std::shared_ptr<const TestResponse::Exchange> asked;
  AnswerReader reader;
  std::string pieces;         ///< content that has come and was not read
  bool has_sent_all = false;  ///< the content of the request has ended
};

TestStream::TestStream(Carrier& carrier, const NetworkFaults& faults,
                       std::shared_ptr<const TestResponse::Exchange> exchange)
    : line_(std::make_unique<Line>(carrier, faults, std::move(exchange))) {}
TestStream::TestStream(TestStream&&) noexcept = default;
TestStream& TestStream::operator=(TestStream&&) noexcept = default;
TestStream::~TestStream() = default;

void TestStream::send(std::string_view piece) {
  if (piece.empty()) return;  // an empty chunk would end the content
  std::string chunk(wire::http1::ChunkStart(piece.size()).text());
  line_->deliver(chunk.append(piece).append(wire::http1::kChunkEnd));
}

void TestStream::end(const FieldList& trailers) {
  if (std::exchange(line_->has_sent_all, true)) return;
  http::Fields fields;
  for (const auto& [name, value] : trailers) fields.add(name, value);
  line_->deliver(wire::http1::last_chunk_with(fields.view()));
}

void TestStream::send_raw(std::string_view bytes) { line_->deliver(bytes); }

bool TestStream::has_answer() {
  line_->carrier.run_ready();
  return line_->reader.has_head();
}

const TestResponse& TestStream::head(Where where) {
  Line& line = *line_;
  line.wait_for([&] { return line.reader.has_head(); }, "answer", where);
  if (!line.reader.has_head()) line.check_complete(where);
  line.reader.response().set_exchange(line.asked);
  return line.reader.response();
}

std::optional<std::string> TestStream::read(Where where) {
  Line& line = *line_;
  line.wait_for([&] { return !line.pieces.empty(); }, "piece of the answer", where);
  if (!line.pieces.empty()) return std::exchange(line.pieces, {});
  line.check_complete(where);
  return std::nullopt;
}

TestResponse TestStream::finish(Where where) {
  Line& line = *line_;
  if (!line.reader.has_ended()) end();
  const auto is_too_much = [&] { return line.pieces.size() > kMaxAnswerBytes; };
  line.wait_for(is_too_much, "end of the answer", where);
  if (is_too_much()) {
    line.fail(where, kTooMuchContent);
  }
  line.check_complete(where);
  line.carrier.finish_exchanges();
  TestResponse response = std::move(line.reader.response());
  response.text = std::exchange(line.pieces, {});
  response.set_exchange(line.asked);
  return response;
}

void TestStream::stop_reading() { line_->reader.end().reads = false; }
void TestStream::read_on() { line_->carrier.read_on(line_->reader.end()); }
void TestStream::leave() { line_->leave(); }
void TestStream::reset() {
  line_->reader.stop();
  line_->carrier.reset(line_->reader.end());
  line_->carrier.run_ready();
}

}  // namespace mastic::testing
