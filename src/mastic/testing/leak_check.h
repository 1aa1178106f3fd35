// What an application under test leaves behind in the process.

#pragma once

#include <cstdint>

#include "mastic/base/leaks.h"

namespace mastic::testing {

/// Made before an application of a test, and told when the application was destroyed.
class LeakCheck {
 public:
  LeakCheck();
  LeakCheck(const LeakCheck&) = delete;
  LeakCheck& operator=(const LeakCheck&) = delete;
  ~LeakCheck();

  /// Reports what there is more of than before (report_failure), unless that `is_expected`. Reports
  /// nothing while an application that began later still lives: what that one has is no leak of this
  /// one.
  void ended(bool is_expected);

 private:
  const std::uint64_t number_;
  const base::Leaks before_;
};

}  // namespace mastic::testing
