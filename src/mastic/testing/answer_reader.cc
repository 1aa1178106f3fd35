#include "mastic/testing/answer_reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "mastic/base/encoding.h"

namespace mastic::testing {

using wire::http1::ResponseParser;

namespace {

// Enough to recognize what a server has sent instead of an answer.
constexpr std::size_t kMaxShownBytes = 200;
// Many more than an application sends, so that a server which sends nothing else is noticed.
constexpr std::size_t kMaxInterim = 10'000;

}  // namespace

std::string remedy_for_events(const http::Fields& fields) {
  if (!fields.get("Content-Type").value_or("").starts_with("text/event-stream")) return {};
  return "\nThe answer is a stream of events, which client.events(...) reads";
}

AnswerReader::AnswerReader(Carrier& carrier, ClientEnd& end, http::Method method,
                           std::function<bool(std::string_view)> take_piece)
    : carrier_(carrier),
      end_(end),
      take_piece_(std::move(take_piece)),
      method_(method),
      came_before_(end.came - end.received.size()) {
  parser_.emplace(method_, limits_, memory_);
  carrier_.add(*this);
  turn_ended();  // reads what has come already
}

void AnswerReader::wait_for(const std::function<bool()>& done, std::string_view what) {
  const auto is_done = [&] {
    if (!fault_.empty()) throw std::logic_error(fault_);
    return done();
  };
  if (carrier_.run_until(is_done)) return;
  std::string message = "there is no " + std::string(what) + " after ";
  message += carrier_.patience();
  if (bytes() == 0) throw std::logic_error(message + "; nothing has come");
  message += "; " + std::to_string(bytes()) + " bytes have come, which begin with: ";
  base::append_log_text_escaped(message, first_bytes_, kMaxShownBytes);
  throw std::logic_error(message);
}

void AnswerReader::turn_ended() {
  if (has_ended_ || !end_.reads) return;
  const std::string bytes = std::exchange(end_.received, {});
  std::string_view left = bytes;
  first_bytes_ += left.substr(0, kMaxShownBytes - first_bytes_.size());
  while (take(parser_->next(left))) continue;
  end_.received.insert(0, left);  // what follows the answer, and part of a head
  if (has_ended_ || !end_.ended) return;
  has_ended_ = true;
  if (end_.has_left) return;
  // Content without a length is complete now; anything else is cut short.
  const auto event = parser_->end_of_input();
  if (event.kind == ResponseParser::Event::Kind::End) take(event);
}

bool AnswerReader::take(const ResponseParser::Event& event) {
  using Kind = ResponseParser::Event::Kind;
  switch (event.kind) {
    case Kind::NeedMore:
      return false;
    case Kind::Head:
      response_.status = parser_->head().status;
      response_.fields = http::Fields(parser_->head().fields);
      // 101 is informational by its number, but no other response follows it.
      has_head_ = !is_informational(response_.status) ||
                  response_.status == http::Status::SwitchingProtocols;
      keeps_alive_ = parser_->head().keep_alive;
      return true;
    case Kind::Data:
      if (take_piece_(event.data)) return true;
      if (response_.text.size() + event.data.size() > kMaxAnswerBytes) {
        fault_ = kTooMuchContent;
        has_ended_ = true;
        return false;
      }
      response_.text += event.data;
      return true;
    case Kind::End:
      if (!has_head_) {  // another response follows an interim one
        response_.interim.push_back(response_.status);
        if (response_.interim.size() > kMaxInterim) {
          fault_ = "there are more than " + std::to_string(kMaxInterim) +
                   " interim responses, and no answer";
          has_ended_ = true;
          return false;
        }
        parser_.emplace(method_, limits_, memory_);
        return true;
      }
      response_.trailers = http::Fields(parser_->trailers());
      has_ended_ = is_complete_ = true;
      return false;
    case Kind::Malformed:
      fault_ = "the answer is not HTTP: " + std::string(parser_->fault().reason);
      has_ended_ = true;
      return false;
  }
  return false;
}

}  // namespace mastic::testing
