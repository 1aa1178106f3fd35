#include "apps/mastic/load/answer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "mastic/base/assert.h"
#include "mastic/base/encoding.h"
#include "mastic/base/text.h"
#include "mastic/http/status.h"

namespace mastic::load {
namespace {

using wire::http1::Framing;

/// Fields whose values differ between answers that mean the same.
constexpr std::array<std::string_view, 3> kNotCompared{"Date", "Connection", "Keep-Alive"};

std::string compared_fields(http::FieldsView fields) {
  std::string lines;
  for (const http::Field field : fields) {
    const bool is_compared = std::ranges::none_of(kNotCompared, [&](std::string_view name) {
      return base::equal_ignoring_case(name, field.name);
    });
    if (!is_compared) continue;
    lines += base::lower_case(field.name);
    lines.append(": ").append(field.value).append("\n");
  }
  return lines;
}

/// The beginning of `text`, for a message.
std::string excerpt(std::string_view text) {
  constexpr std::size_t kMostBytes = 40;
  std::string out = "'";
  base::append_log_text_escaped(out, text.substr(0, kMostBytes), kMostBytes);
  return out + (text.size() > kMostBytes ? "...'" : "'");
}

/// The first line of `lines` that `others` does not have at the same place.
std::string first_difference(std::string_view lines, std::string_view others) {
  while (!lines.empty() || !others.empty()) {
    const std::string_view line = base::take_until(lines, '\n');
    const std::string_view other = base::take_until(others, '\n');
    if (line != other) return excerpt(line) + " instead of " + excerpt(other);
  }
  return "";
}

}  // namespace

std::string difference_of(std::string_view came, std::string_view wanted, std::size_t came_before) {
  const auto same = std::ranges::mismatch(came, wanted).in1 - came.begin();
  const auto at = static_cast<std::size_t>(same);
  return "byte " + std::to_string(came_before + at) + ": " + excerpt(came.substr(at)) +
         " instead of " + excerpt(wanted.substr(at));
}

base::Result<StatusRange> StatusRange::parse(std::string_view text) {
  const auto is_status = [](const auto& number) {
    return number.has_value() && *number >= 100 && *number <= 599;
  };
  if (text.size() == 3 && base::lower_case(text.substr(1)) == "xx" && text[0] >= '1' &&
      text[0] <= '5') {
    const unsigned first = 100U * static_cast<unsigned>(text[0] - '0');
    return StatusRange{first, first + 99};
  }
  const std::size_t dash = text.find('-');
  const auto first = base::parse_decimal(text.substr(0, dash));
  const auto last = dash == text.npos ? first : base::parse_decimal(text.substr(dash + 1));
  if (!is_status(first) || !is_status(last) || *last < *first) {
    return base::fail("'", text, "' is not a status: write 200, 200-299 or 2xx");
  }
  return StatusRange{static_cast<unsigned>(*first), static_cast<unsigned>(*last)};
}

std::string StatusRange::to_string() const {
  std::string text = std::to_string(first);
  if (last != first) text += " to " + std::to_string(last);
  return text;
}

AnswerReader::AnswerReader(http::Method method) : method_(method) { begin(); }

void AnswerReader::begin() {
  parser_.reset();
  memory_.emplace();
  parser_.emplace(method_, limits_, *memory_);
  is_interim_ = false;
}

AnswerReader::Step AnswerReader::next(std::string_view& input) {
  using Kind = wire::http1::ResponseParser::Event::Kind;
  while (true) {
    event_ = parser_->next(input);
    switch (event_.kind) {
      case Kind::NeedMore:
        return Step::NeedMore;
      case Kind::Head: {
        const unsigned status = http::code(head().status);
        is_interim_ = status < 200 && status != 101;
        if (is_interim_) continue;
        return Step::Head;
      }
      case Kind::Data:
        return Step::Data;
      case Kind::End:
        if (!is_interim_) return Step::End;
        begin();
        continue;
      case Kind::Malformed:
        return Step::Malformed;
    }
  }
}

AnswerReader::Step AnswerReader::end_of_input() {
  event_ = parser_->end_of_input();
  return event_.kind == wire::http1::ResponseParser::Event::Kind::End ? Step::End : Step::Malformed;
}

ExpectedAnswer ExpectedAnswer::exactly(std::string bytes) {
  return ExpectedAnswer(std::move(bytes));
}

ExpectedAnswer::ExpectedAnswer(std::string bytes, http::Method method) : bytes_(std::move(bytes)) {
  AnswerReader reader(method);
  std::string_view rest = bytes_;
  auto step = reader.next(rest);
  MASTIC_ASSERT(step == AnswerReader::Step::Head);
  const auto& head = reader.head();
  status_ = http::code(head.status);
  fields_ = compared_fields(head.fields);
  keep_alive_ = head.keep_alive;
  ends_with_connection_ = head.framing.kind == Framing::Kind::UntilClose;
  // Only a value of the usual size is skipped, so that what follows it is always at the same place.
  constexpr std::size_t kDateBytes = std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size();
  if (const auto date = head.fields.get("Date"); date && date->size() == kDateBytes) {
    date_ = bytes_.find(*date, line_of_field("Date"));
    date_end_ = date_ + kDateBytes;
  }
  while ((step = reader.next(rest)) == AnswerReader::Step::Data) content_ += reader.data();
}

std::size_t ExpectedAnswer::line_of_field(std::string_view name) const {
  const std::string_view all = bytes_;
  for (std::size_t at = all.find('\n'); at != all.npos; at = all.find('\n', at + 1)) {
    if (base::equal_ignoring_case(all.substr(at + 1, name.size()), name)) return at + 1;
  }
  return 0;
}

// The answer is compared before and after the value of Date, which changes every second.
bool ExpectedAnswer::matches(std::size_t at, std::string_view piece) const {
  const auto same = [&](std::size_t begin, std::size_t end) {
    begin = std::max(begin, at);
    end = std::min(end, at + piece.size());
    return begin >= end ||
           std::memcmp(piece.data() + (begin - at), bytes_.data() + begin, end - begin) == 0;
  };
  return at + piece.size() <= bytes_.size() && same(0, date_) && same(date_end_, bytes_.size());
}

AnswerCheck::AnswerCheck(const ExpectedAnswer& expected, StatusRange statuses, Check check,
                         http::Method method)
    : expected_(expected), statuses_(statuses), check_(check), reader_(method) {}

AnswerCheck::Verdict AnswerCheck::feed(std::string_view& input) {
  while (true) {
    switch (reader_.next(input)) {
      case AnswerReader::Step::NeedMore:
        return Verdict::NeedMore;
      case AnswerReader::Step::Head:
        compare_head();
        break;
      case AnswerReader::Step::Data:
        compare_content(reader_.data());
        break;
      case AnswerReader::Step::End:
        return verdict();
      case AnswerReader::Step::Malformed:
        what_ = "the answer is malformed: " + std::string(reader_.fault());
        return Verdict::Malformed;
    }
  }
}

AnswerCheck::Verdict AnswerCheck::end_of_input() {
  return reader_.end_of_input() == AnswerReader::Step::End ? verdict() : Verdict::NeedMore;
}

void AnswerCheck::compare_head() {
  const auto& head = reader_.head();
  keep_alive_ = head.keep_alive;
  const unsigned status = http::code(head.status);
  is_wrong_status_ = !statuses_.contains(status);
  if (is_wrong_status_) {
    what_ = "the status is " + std::to_string(status) + " instead of " + statuses_.to_string();
  } else if (check_ == Check::Same && status != expected_.status()) {
    what_ = "the status is " + std::to_string(status) + " instead of " +
            std::to_string(expected_.status()) + ", which the first answer had";
  } else if (check_ == Check::Same) {
    const std::string difference =
        first_difference(compared_fields(head.fields), expected_.fields());
    if (!difference.empty()) {
      what_ = "a field differs from the first answer: " + difference;
      if (difference.contains("'set-cookie: ")) {
        what_ += "; each answer may set a cookie of its own: --check status does not compare them";
      }
    }
  }
}

void AnswerCheck::compare_content(std::string_view piece) {
  const std::string_view wanted = std::string_view(expected_.content());
  const std::string_view there = wanted.substr(std::min(content_bytes_, wanted.size()));
  const std::size_t begin = content_bytes_;
  content_bytes_ += piece.size();
  if (check_ == Check::Status || !what_.empty() || there.starts_with(piece)) return;
  what_ = "the content differs from the first answer at " + difference_of(piece, there, begin);
}

AnswerCheck::Verdict AnswerCheck::verdict() {
  if (is_wrong_status_) return Verdict::WrongStatus;
  const bool is_short = content_bytes_ != expected_.content().size();
  if (check_ == Check::Same && what_.empty() && is_short) {
    what_ = "the content has " + std::to_string(content_bytes_) + " bytes instead of the " +
            std::to_string(expected_.content().size()) + " of the first answer";
  }
  return what_.empty() ? Verdict::Right : Verdict::Different;
}

}  // namespace mastic::load
