// Why a task has no result.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace mastic::threads {

/// The error of a task that was not run to its end, and of a promise without a result.
class TaskLost : public std::runtime_error {
 public:
  /// Why there is no result.
  enum class Why : std::uint8_t {
    Cancelled,  ///< by Future::cancel, before it began
    Expired,    ///< its deadline passed before it began
    Refused,    ///< the queue of its pool was full
    Shed,       ///< it was dropped to make room for a newer task in the queue of its pool
    Stopped,    ///< its pool is stopping
    Broken,     ///< its pool is broken: an initializer failed
    Abandoned,  ///< its promise ended without a result
  };
  /// Makes the error of the task called `task`. `detail`, if there is any, follows the reason.
  TaskLost(Why why, std::string_view task, std::string_view detail = {});

  /// The reason, for code; `what` gives the reason in words.
  [[nodiscard]] Why why() const { return why_; }

 private:
  Why why_;
};

}  // namespace mastic::threads
