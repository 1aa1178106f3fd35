#include "mastic/testing/answer_reader.h"

#include <utility>

namespace mastic::testing {

using wire::http1::ResponseParser;

AnswerReader::AnswerReader(Carrier& carrier, ClientEnd& end, http::Method method,
                           std::function<bool(std::string_view)> take_piece)
    : carrier_(carrier), end_(end), take_piece_(std::move(take_piece)), method_(method) {
  parser_.emplace(method_, limits_, memory_);
  carrier_.add(*this);
}

void AnswerReader::turn_ended() {
  if (has_ended_ || !end_.reads) return;
  const std::string bytes = std::exchange(end_.received, {});
  std::string_view left = bytes;
  while (take(parser_->next(left))) continue;
  end_.received.insert(0, left);  // what follows the answer, and part of a head
  if (has_ended_ || !end_.ended) return;
  // Content without a length is complete now; anything else is cut short.
  const auto event = parser_->end_of_input();
  if (event.kind == ResponseParser::Event::Kind::End) take(event);
  has_ended_ = true;
}

bool AnswerReader::take(const ResponseParser::Event& event) {
  using Kind = ResponseParser::Event::Kind;
  switch (event.kind) {
    case Kind::NeedMore:
      return false;
    case Kind::Head:
      response_.status = parser_->head().status;
      response_.fields = http::Fields(parser_->head().fields);
      has_head_ = !is_informational(response_.status);
      return true;
    case Kind::Data:
      if (!take_piece_(event.data)) response_.text += event.data;
      return true;
    case Kind::End:
      if (!has_head_) {  // another response follows an interim one
        response_.interim.push_back(response_.status);
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
