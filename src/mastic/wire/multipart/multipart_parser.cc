#include "mastic/wire/multipart/multipart_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "mastic/wire/http1/field_lines.h"

namespace mastic::wire::multipart {
namespace {

using Kind = Event::Kind;

constexpr std::size_t kLineEndBytes = 2;
constexpr std::uint64_t kMaxOutsideBytes = 1 << 10;  // of the preamble, and of the epilogue
constexpr std::uint64_t kMaxPartFields = 32;
constexpr std::uint64_t kMaxHeadBytes = 16 << 20;  // HeadScanner counts with 32 bits
/// HeadScanner expects a first line before the fields.
constexpr std::string_view kHeadStart = "part\r\n";

std::unexpected<ContentFault> refused(http::Status status, std::string_view reason) {
  return std::unexpected(ContentFault{status, reason});
}
std::unexpected<ContentFault> malformed(std::string_view reason) {
  return refused(http::Status::BadRequest, reason);
}
std::unexpected<ContentFault> too_large(std::string_view reason) {
  return refused(http::Status::ContentTooLarge, reason);
}

http1::HeadScanner head_scanner(const Limits& limits) {
  return http1::HeadScanner(
      {kHeadStart.size(), std::min(limits.max_part_header_bytes, kMaxHeadBytes), kMaxPartFields});
}

/// Where `what` is in `text` from `from` on. The C library's search takes time in proportion to the
/// text, whatever the text is.
std::size_t place_in(std::string_view text, std::string_view what, std::size_t from) {
  const void* const found =
      ::memmem(text.data() + from, text.size() - from, what.data(), what.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

/// How many bytes at the end of `text` may be the beginning of `delimiter`, which is not in `text`.
std::size_t begun_at_end(std::string_view text, std::string_view delimiter) {
  const std::size_t most = std::min(text.size(), delimiter.size() - 1);
  const std::string_view end = text.substr(text.size() - most);
  const std::size_t carriage_return = end.rfind('\r');
  if (carriage_return == std::string_view::npos) return 0;
  const std::string_view begun = end.substr(carriage_return);
  return delimiter.starts_with(begun) ? begun.size() : 0;
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, const Limits& limits)
    : limits_(limits), head_scanner_(head_scanner(limits)) {
  delimiter_.append("\r\n--").append(boundary).append("--");
}

std::expected<Event, ContentFault> MultipartParser::next(std::string_view& input) {
  switch (state_) {
    case State::Preamble:
    case State::Content:
      return read_content(input);
    case State::Head:
      return read_head(input);
    case State::Last:
      state_ = State::Epilogue;
      bytes_ = 0;
      return Event{Kind::End};
    case State::Epilogue:
      break;
  }
  return read_epilogue(input);
}

// ---- heads ----

MultipartParser::Result MultipartParser::read_head(std::string_view& input) {
  // Taken in small steps, so that a large piece of input is not copied for each of many parts.
  constexpr std::size_t kStepBytes = 512;
  std::size_t size = 0;
  while (size == 0) {
    if (input.empty()) return Event{Kind::NeedMore};
    const std::size_t before = head_text_.size();
    head_text_ += input.substr(0, kStepBytes);
    const auto scanned = head_scanner_.scan(head_text_);
    if (!scanned && scanned.error()->status != http::Status::BadRequest) {
      return too_large("The head of a part of the form is too large.");
    }
    if (!scanned) return malformed("A line in the head of a part does not end with CR LF.");
    size = *scanned;
    input.remove_prefix(size == 0 ? head_text_.size() - before : size - before);
  }
  head_text_.resize(size);

  std::vector<http::FieldEntry> entries(head_scanner_.field_lines());
  if (!http1::parse_field_lines(head_text_, kHeadStart.size(), entries)) {
    return malformed("The head of a part of the form is not made of fields.");
  }
  auto part = parse_part_head(http::FieldsView(head_text_.data(), entries));
  if (!part) return std::unexpected(part.error());
  part_ = *std::move(part);
  state_ = State::Content;
  matched_ = skipped_ = kLineEndBytes;  // if there is no content, the delimiter may begin with it
  bytes_ = 0;
  return Event{Kind::PartBegin};
}

// ---- content ----

MultipartParser::Result MultipartParser::read_content(std::string_view& input) {
  while (true) {
    if (matched_ == delimiter_.size()) return pass_delimiter(input);
    if (input.empty()) return Event{Kind::NeedMore};
    if (matched_ == delimiter().size() && input.front() == '\n') {
      return malformed("A boundary of the form is followed by LF without CR.");
    }
    const std::string_view data = matched_ > 0 ? continue_match(input) : take_content(input);
    if (data.empty()) continue;
    bytes_ += data.size();
    if (state_ == State::Content) {
      if (limits_.max_part_bytes != 0 && bytes_ > limits_.max_part_bytes) {
        return too_large("A part of the form is too large.");
      }
      return Event{Kind::Data, data};
    }
    if (bytes_ > kMaxOutsideBytes) return malformed("The form does not begin with its boundary.");
  }
}

/// Consumes content, up to the next delimiter or to the end of the input. Consumes the delimiter or
/// its beginning, too, and sets `matched_` to its size.
std::string_view MultipartParser::take_content(std::string_view& input) {
  const std::string_view wanted = delimiter();
  std::size_t at = place_in(input, wanted, 0);
  while (at != std::string_view::npos) {
    const std::string_view after = input.substr(at + wanted.size(), 2);
    // If less than two bytes follow, `continue_match` decides.
    const bool may_end = after.size() < 2 || after == "\r\n" || after == "--" || after[0] == '\n';
    if (may_end) break;
    at = place_in(input, wanted, at + wanted.size());
  }
  matched_ = at == std::string_view::npos ? begun_at_end(input, wanted) : wanted.size();
  const std::string_view content = input.substr(0, std::min(at, input.size() - matched_));
  input.remove_prefix(content.size() + matched_);
  return content;
}

/// Compares the input with what follows the `matched_` bytes of a delimiter. If they differ, returns
/// the bytes that have matched, which are content.
std::string_view MultipartParser::continue_match(std::string_view& input) {
  const std::size_t whole = delimiter().size();
  while (!input.empty() && matched_ < delimiter_.size()) {
    const char c = input.front();
    if (matched_ == whole && c == '\n') return {};  // read_content refuses it
    if (!matches(c)) break;
    if (matched_ == whole) is_last_ = c == '-';
    ++matched_;
    input.remove_prefix(1);
  }
  if (input.empty() || matched_ == delimiter_.size()) return {};
  const std::size_t begin = std::exchange(skipped_, 0);
  std::size_t end = std::exchange(matched_, 0);
  if (end > whole && !is_last_) {  // the CR after the delimiter may begin the next delimiter
    end = whole;
    matched_ = 1;
  }
  return std::string_view(delimiter_).substr(begin, end - begin);
}

/// Whether `c` continues a delimiter and its end, of which `matched_` bytes have been read.
bool MultipartParser::matches(char c) const {
  const std::size_t size = delimiter().size();
  if (matched_ < size) return c == delimiter_[matched_];
  if (matched_ == size) return c == '\r' || c == '-';
  return c == (is_last_ ? '-' : '\n');
}

/// Handles a complete delimiter: ends the part before it, and begins the next.
MultipartParser::Result MultipartParser::pass_delimiter(std::string_view& input) {
  const bool ends_part = state_ == State::Content;
  matched_ = 0;
  if (is_last_) {
    state_ = State::Last;
  } else {
    if (parts_++ == limits_.max_multipart_parts) return too_large("The form has too many parts.");
    state_ = State::Head;
    head_text_ = kHeadStart;
    head_scanner_ = head_scanner(limits_);
  }
  if (ends_part) return Event{Kind::PartEnd};
  return next(input);
}

MultipartParser::Result MultipartParser::read_epilogue(std::string_view& input) {
  bytes_ += input.size();
  input = {};
  if (bytes_ > kMaxOutsideBytes) return malformed("Something follows the end of the form.");
  return Event{Kind::NeedMore};
}

}  // namespace mastic::wire::multipart
