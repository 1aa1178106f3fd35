// Splits the text of a JSON array into the texts of its elements, while the text arrives in pieces.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"

namespace mastic::json {

/// Finds the elements of one array. Keeps no more than one element, so an array of any length can be
/// read with little memory.
///
///     while (true) {
///       const auto found = splitter.next(input);     // input: bytes that were not consumed yet
///       if (found == Found::NeedMore) break;         // all of them were consumed
///       ...
///     }
///
/// Only the brackets, commas and strings are looked at. Whether an element is JSON is for the parser
/// of the element to say: every text that passes through here and through JsonDocument::parse,
/// element by element, is the text of a JSON array.
class ArraySplitter {
 public:
  /// What was found next.
  enum class Found : std::uint8_t {
    NeedMore,   ///< all input was consumed, and no element is complete
    Element,    ///< `element` is the text of an element
    End,        ///< the array is complete; what may follow is white space
    TooLarge,   ///< an element has more than `max_element_bytes`
    Malformed,  ///< `fault` says what is wrong
  };

  /// Splits an array whose elements have at most `max_element_bytes` of text each.
  explicit ArraySplitter(std::size_t max_element_bytes) : max_element_bytes_(max_element_bytes) {}

  /// Consumes from `input` and returns what was found. After End, call it with what else arrives, to
  /// check that nothing but white space does. Must not be called after TooLarge or Malformed.
  [[nodiscard]] Found next(std::string_view& input);
  /// The text of the element. Valid until the next call of `next`, and as long as its input is.
  [[nodiscard]] std::string_view element() const MASTIC_LIFETIMEBOUND { return element_; }
  /// How many elements were found, which is also the index of the one that comes next.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// How many bytes of an element that came in several pieces are kept.
  [[nodiscard]] std::size_t kept_bytes() const { return begun_.size(); }
  /// How many bytes were consumed.
  [[nodiscard]] std::uint64_t consumed() const { return consumed_; }
  /// Whether the array is complete.
  [[nodiscard]] bool has_ended() const { return state_ == State::Ended; }
  /// What is wrong, after Malformed.
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  enum class State : std::uint8_t {
    BeforeArray,
    BeforeFirst,
    BeforeElement,
    InElement,
    Ending,  ///< the last element was returned, and End was not
    Ended
  };

  [[nodiscard]] Found scan_element(std::string_view& input);
  [[nodiscard]] std::size_t find_element_end(std::string_view input);
  void consume(std::string_view& input, std::size_t size) {
    input.remove_prefix(size);
    consumed_ += size;
  }
  [[nodiscard]] Found fail(std::string_view fault) {
    fault_ = fault;
    return Found::Malformed;
  }

  const std::size_t max_element_bytes_;
  State state_ = State::BeforeArray;
  bool in_string_ = false;
  bool escaped_ = false;   ///< the last character was a backslash in a string
  std::size_t depth_ = 0;  ///< open brackets and braces within the element
  std::string begun_;      ///< what has arrived of an element that came in several pieces
  std::string_view element_;
  std::size_t count_ = 0;
  std::uint64_t consumed_ = 0;
  std::string_view fault_;
};

}  // namespace mastic::json
