#include "mastic/json/array_splitter.h"

namespace mastic::json {
namespace {

std::size_t count_spaces(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\n\r");
  return at == text.npos ? text.size() : at;
}

}  // namespace

ArraySplitter::Found ArraySplitter::next(std::string_view& input) {
  if (state_ == State::Ending) {
    state_ = State::Ended;
    return Found::End;
  }
  while (state_ != State::InElement) {
    consume(input, count_spaces(input));
    if (input.empty()) return Found::NeedMore;
    const char c = input.front();
    if (state_ == State::Ended) return fail("something follows the array");
    if (state_ == State::BeforeArray) {
      if (c != '[') return fail("an array is expected");
      consume(input, 1);
      state_ = State::BeforeFirst;
    } else if (state_ == State::BeforeFirst && c == ']') {
      consume(input, 1);
      state_ = State::Ended;
      return Found::End;
    } else {
      if (c == ',' || c == ']') return fail("an element is missing");
      begun_.clear();
      state_ = State::InElement;
    }
  }
  return scan_element(input);
}

ArraySplitter::Found ArraySplitter::scan_element(std::string_view& input) {
  const std::size_t end = find_element_end(input);
  const std::string_view text = input.substr(0, end);
  if (text.size() > max_element_bytes_ - begun_.size()) return Found::TooLarge;
  consume(input, text.size());
  if (end == input.npos) {
    begun_ += text;
    return Found::NeedMore;
  }
  state_ = input.front() == ',' ? State::BeforeElement : State::Ending;
  consume(input, 1);
  element_ = begun_.empty() ? text : std::string_view(begun_ += text);
  ++count_;
  return Found::Element;
}

/// Returns the place of the comma or bracket after the element, or npos. A brace that closes nothing
/// becomes part of the element, whose parser refuses it.
std::size_t ArraySplitter::find_element_end(std::string_view input) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    const char c = input[i];
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      continue;
    }
    switch (c) {
      case '"':
        in_string_ = true;
        break;
      case '[':
      case '{':
        ++depth_;
        break;
      case ']':
      case '}':
        if (depth_ > 0) {
          --depth_;
        } else if (c == ']') {
          return i;
        }
        break;
      case ',':
        if (depth_ == 0) return i;
        break;
      default:
        break;
    }
  }
  return input.npos;
}

}  // namespace mastic::json
