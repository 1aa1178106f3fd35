// The state of reading a JSON document into a value: the place, the faults, and how much memory
// elements may still take. A JsonType of an application reports its faults here.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"
#include "mastic/json/json_document.h"

namespace mastic::json {

/// What to do with members that the type has no field for.
enum class UnknownMembers : std::uint8_t { Ignore, Refuse };

/// What is wrong at one place of a document.
struct JsonFault {
  std::string place;  ///< "items[2].price"; empty for the document itself
  std::string what;   ///< "a number is expected, a string found"
};

/// The state of reading a document: the current place, and what has gone wrong so far. It is passed
/// to JsonType::read.
///
/// Reading continues after a fault, so that the author of the document learns of all faults at once
/// (up to `max_faults`). A value with a fault keeps its default, and the elements of a list keep
/// their places.
class JsonReading {
 public:
  /// Begins to read. `unknown` says what to do with members that the type has no field for;
  /// `max_element_bytes` limits the memory of all elements of lists and maps together.
  explicit JsonReading(UnknownMembers unknown, std::size_t max_faults = 1,
                       std::size_t max_element_bytes = std::numeric_limits<std::size_t>::max())
      : unknown_(unknown), max_faults_(max_faults), element_bytes_left_(max_element_bytes) {}
  JsonReading(const JsonReading&) = delete;
  JsonReading& operator=(const JsonReading&) = delete;

  /// What to do with members that the type has no field for.
  [[nodiscard]] UnknownMembers unknown() const { return unknown_; }
  /// Notes that `expected` ("a number") was expected where `found` is, and returns false.
  bool fail(const JsonValue& found, std::string_view expected);
  /// Notes a fault in words and returns false.
  bool fail(std::string what);
  /// Notes that one of `names` was expected where `found` is, and returns false.
  bool fail(const JsonValue& found, std::span<const std::string_view> names);
  /// Counts an element of `bytes` bytes that is about to be added to a list or a map, and returns
  /// true. If that would exceed `max_element_bytes`, notes a fault and returns false; then no more
  /// elements may be added.
  bool take_element(std::size_t bytes);
  /// Calls `read` for the member `name`, so that a fault names its place. Returns what `read`
  /// returns.
  template <class Read>
  bool at(std::string_view name, Read read) {
    const Step step(*this, name, kNoIndex);
    return read();
  }
  /// Calls `read` for the element at `index`, so that a fault names its place. Returns what `read`
  /// returns.
  template <class Read>
  bool at(std::size_t index, Read read) {
    const Step step(*this, {}, index);
    return read();
  }
  /// Whether `max_faults` faults have been noted. If so, the rest of the document need not be read.
  [[nodiscard]] bool is_full() const { return faults_.size() >= max_faults_; }
  /// The faults, in the order of the fields of the type that is read.
  [[nodiscard]] const std::vector<JsonFault>& faults() const MASTIC_LIFETIMEBOUND {
    return faults_;
  }
  /// A line for each fault: "items[2].price: a number is expected, a string found".
  [[nodiscard]] std::string message() const;

 private:
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

  /// The path to the value being read: a list on the stack, which becomes text only for a fault.
  class Step {
   public:
    Step(JsonReading& reading, std::string_view its_name, std::size_t its_index)
        : name(its_name), index(its_index), outer(reading.innermost_), reading_(reading) {
      reading.innermost_ = this;
    }
    ~Step() { reading_.innermost_ = outer; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    const std::string_view name;
    const std::size_t index;  ///< kNoIndex for a member
    const Step* const outer;

   private:
    JsonReading& reading_;
  };
  [[nodiscard]] static std::string place_of(const Step* innermost);

  const UnknownMembers unknown_;
  const std::size_t max_faults_;
  std::size_t element_bytes_left_;
  const Step* innermost_ = nullptr;
  std::vector<JsonFault> faults_;
};

}  // namespace mastic::json
