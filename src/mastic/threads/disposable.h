// Holds a user's function object, whose destructor may throw.

#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {

/// Holds a function object until `drop` or the end. An exception of the function object's
/// destructor is reported (report_uncaught) instead of ending the process.
template <class F>
class Disposable {
 public:
  template <class G>
    requires std::is_constructible_v<F, G>
  explicit Disposable(std::in_place_t, G&& function) : function_(std::forward<G>(function)) {}
  Disposable(Disposable&& other) noexcept(std::is_nothrow_move_constructible_v<F>)
      : function_(std::move(other.function_)) {}
  Disposable& operator=(Disposable&&) = delete;
  ~Disposable() noexcept { drop(""); }

  /// The function. Requires: it was not dropped.
  [[nodiscard]] F& operator*() { return function_; }

  /// Destroys the function, unless that was done already; `who` names its owner in a report.
  void drop(std::string_view who) noexcept {
    if (std::exchange(is_dropped_, true)) return;
    try {
      std::destroy_at(std::addressof(function_));
    } catch (...) {
      report_uncaught({UncaughtError::Place::Destructor, who, std::current_exception()});
    }
  }

 private:
  union {
    F function_;
  };
  bool is_dropped_ = false;
};

}  // namespace mastic::threads
