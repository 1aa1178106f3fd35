#include "mastic/wire/http1/chunked_decoder.h"

#include <algorithm>

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"
#include "mastic/http/trailer_names.h"
#include "mastic/wire/http1/field_lines.h"

namespace mastic::wire::http1 {
namespace {

using http::FieldName;
using http::Status;
using Fault = std::unexpected<Malformed>;

// Framing is read byte by byte, data in one block. A chunk has only a few bytes of framing, and a
// state machine over single bytes cannot depend on where the input is cut.
//
//     SizeStart ─> Size ─CR─> SizeLineFeed ─> Data ─> DataCarriageReturn ─> DataLineFeed ─> SizeStart
//                   │          │      └─ size 0 ─> Trailers ─> Done
//                   └─ ; or blank ─> extensions ─CR─> SizeLineFeed

/// 16 digits fill 64 bits. With a 17th digit the size could wrap around, and be read differently
/// elsewhere.
constexpr int kMaxSizeDigits = 16;
/// Stands for the first line of a head (read_trailers).
constexpr std::string_view kTrailerStart = ".\r\n";

bool is_quoted_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

ChunkedDecoder::ChunkedDecoder(const Limits& limits)
    : limits_(&limits),
      trailer_scanner_({kTrailerStart.size(), limits.max_trailer_bytes, limits.max_trailer_count}),
      trailer_text_(kTrailerStart) {}

std::expected<BodyEvent, Malformed> ChunkedDecoder::next(std::string_view& input) {
  while (!input.empty() && state_ != State::Data && state_ != State::Trailers) {
    if (state_ == State::Done || !step(input.front())) {
      return Fault({Status::BadRequest, "the chunked coding is malformed"});
    }
    input.remove_prefix(1);
    // A chunk of one byte costs five bytes of framing and perhaps a wake-up. Framing may take
    // max_chunk_overhead_bytes plus half the size of the data, so that an upload of any length may
    // use chunks of a reasonable size.
    if (++overhead_bytes_ > limits_->max_chunk_overhead_bytes + data_bytes_ / 2) {
      return Fault({Status::BadRequest, "the chunks have too little data for their framing"});
    }
    if (extension_bytes_ > limits_->max_chunk_extension_bytes) {
      return Fault({Status::BadRequest, "a chunk extension is too long"});
    }
  }
  // The loop has stopped at data, at trailers, or at the end of the input.
  if (state_ == State::Trailers) return read_trailers(input);
  if (input.empty()) return BodyEvent{BodyEvent::Kind::NeedMore, {}};

  const std::string_view piece = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
  input.remove_prefix(piece.size());
  data_bytes_ += piece.size();
  left_ -= piece.size();
  if (left_ == 0) state_ = State::DataCarriageReturn;
  return BodyEvent{BodyEvent::Kind::Data, piece};
}

bool ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::SizeStart:
      left_ = 0;
      size_digits_ = 0;
      extension_bytes_ = 0;
      state_ = State::Size;
      return base::hex_value(c) >= 0 && step_size(c);
    case State::Size:
      return step_size(c);
    case State::SizeLineFeed:
      state_ = left_ > 0 ? State::Data : State::Trailers;
      return c == '\n';
    case State::DataCarriageReturn:
      state_ = State::DataLineFeed;
      return c == '\r';
    case State::DataLineFeed:
      state_ = State::SizeStart;
      return c == '\n';
    default:  // all states of an extension
      ++extension_bytes_;
      return step_extension(c);
  }
}

/// Leading zeros count as digits, so that a size cannot be arbitrarily long.
bool ChunkedDecoder::step_size(char c) {
  const int digit = base::hex_value(c);
  if (digit < 0) return after_extension(c);
  left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
  return ++size_digits_ <= kMaxSizeDigits;
}

bool ChunkedDecoder::step_extension(char c) {
  switch (state_) {
    case State::BeforeSemicolon:
      if (c == ';') state_ = State::ExtensionName;
      return c == ';' || base::is_blank(c);
    case State::ExtensionName:
      return step_name(c);
    case State::BeforeEquals:
      if (c == '=') state_ = State::ExtensionValueStart;
      if (c == ';') state_ = State::ExtensionName;
      return c == '=' || c == ';' || base::is_blank(c);
    case State::ExtensionValueStart:
      if (base::is_blank(c)) return true;
      state_ = c == '"' ? State::ExtensionQuoted : State::ExtensionToken;
      return c == '"' || http::is_token_character(c);
    case State::ExtensionToken:
      return http::is_token_character(c) || after_extension(c);
    case State::ExtensionQuoted:
      if (c == '"') state_ = State::ExtensionEnd;
      if (c == '\\') state_ = State::ExtensionEscape;
      return is_quoted_character(c);
    case State::ExtensionEscape:
      state_ = State::ExtensionQuoted;
      return is_quoted_character(c);
    default:  // ExtensionEnd
      return after_extension(c);
  }
}

bool ChunkedDecoder::step_name(char c) {
  if (http::is_token_character(c)) {
    name_begun_ = true;
    return true;
  }
  if (!name_begun_) return base::is_blank(c);
  name_begun_ = false;
  if (c == '=') {
    state_ = State::ExtensionValueStart;
    return true;
  }
  if (base::is_blank(c)) {
    state_ = State::BeforeEquals;
    return true;
  }
  return after_extension(c);
}

/// Accepts what may follow a size or a whole extension: another extension, with or without white
/// space before it, or the end of the line. White space at the end of the line is refused (RFC 9112
/// §7.1.1).
bool ChunkedDecoder::after_extension(char c) {
  const bool goes_on = c == ';' || base::is_blank(c);
  state_ = c == ';' ? State::ExtensionName : goes_on ? State::BeforeSemicolon : State::SizeLineFeed;
  return goes_on || c == '\r';
}

/// The trailer section is scanned like a head whose first line is a dot, so that HeadScanner
/// applies its limits to the section and finds where the section ends. All bytes of the section are
/// kept until it is complete, because the input may be cut anywhere; few messages have trailers.
std::expected<BodyEvent, Malformed> ChunkedDecoder::read_trailers(std::string_view& input) {
  const std::size_t before = trailer_text_.size();
  trailer_text_.append(input);
  const auto size = trailer_scanner_.scan(trailer_text_);
  if (!size) return Fault({Status::BadRequest, size.error()->reason});
  if (*size == 0) {
    input = {};
    return BodyEvent{BodyEvent::Kind::NeedMore, {}};
  }

  input.remove_prefix(*size - before);
  trailer_text_.resize(*size);
  trailer_entries_.resize(trailer_scanner_.field_lines());
  if (const auto read = parse_field_lines(trailer_text_, kTrailerStart.size(), trailer_entries_);
      !read) {
    return Fault(*read.error());
  }
  for (const http::FieldEntry& entry : trailer_entries_) {
    if (!http::may_be_trailer(entry.known)) {
      return Fault({Status::BadRequest, "this field is not allowed in a trailer"});
    }
  }
  state_ = State::Done;
  return BodyEvent{BodyEvent::Kind::End, {}};
}

}  // namespace mastic::wire::http1
