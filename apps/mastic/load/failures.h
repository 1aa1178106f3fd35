// What went wrong with requests: how often, by kind, with an example of each kind.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

namespace mastic::load {

/// The kinds of failures, each with a name in kFailureNames.
enum class Failure : std::uint8_t {
  Refused,    ///< the connection was not made
  Reset,      ///< the connection was reset before the answer was complete
  Closed,     ///< the connection was closed before the answer was complete
  Timeout,    ///< the answer was not complete in time
  Status,     ///< the status is not one of those that are expected
  Different,  ///< the answer differs from the first one
  Malformed,  ///< the bytes are no answer
};
inline constexpr std::array<std::string_view, 7> kFailureNames{
    "refused", "reset", "closed", "timeout", "status", "different", "malformed"};

/// The failures of a run.
class Failures {
 public:
  struct Kind {
    std::uint64_t count = 0;  ///< of requests
    std::string first;        ///< what happened the first time, as a sentence without a full stop
  };

  /// Adds a failure of `requests` requests.
  void add(Failure kind, std::uint64_t requests, std::string_view what) {
    Kind& of_kind = kinds_[static_cast<std::size_t>(kind)];
    if (of_kind.count == 0) of_kind.first = what;
    of_kind.count += requests;
  }
  [[nodiscard]] std::uint64_t count() const {
    return std::accumulate(kinds_.begin(), kinds_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const Kind& kind) { return sum + kind.count; });
  }
  /// The failures of each kind, in the order of kFailureNames.
  [[nodiscard]] const std::array<Kind, kFailureNames.size()>& kinds() const { return kinds_; }

 private:
  std::array<Kind, kFailureNames.size()> kinds_;
};

}  // namespace mastic::load
